"""One module of commands per room; flows.cli puts them together."""
