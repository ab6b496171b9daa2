"""The pages, one module per thing that people do at the desk; each has its `RULES`."""
