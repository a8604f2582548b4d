"""Documents of offices: docx, RTF, PDF, and zip archives of any files that are read."""
