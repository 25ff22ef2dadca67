"""Who drives: eligible drivers are asked a few at a time, nearest first; one of them gets the order."""
