"""The spine: nouns, settings, storage, intake, evidence and policy; importing it does no I/O."""
