"""The composition root: Prefect flows and the command line."""
