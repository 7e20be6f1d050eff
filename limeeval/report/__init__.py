"""Reports: saved rows in, tables and sentences out."""
