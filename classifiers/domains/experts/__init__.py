"""Per-family experts: each sees one kind of evidence and answers in log-odds of fraud."""
