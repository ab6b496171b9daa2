"""Release files → carriers: the download service. It reads releases only, never the database."""
