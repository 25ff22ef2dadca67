"""The command line that operates the services: commands, embedded servers, the demo, tools for operators."""
