"""How the town and the services reach each other: requests, events, mail, and the business clock."""
