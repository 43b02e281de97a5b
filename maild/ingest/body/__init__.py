"""Parts become the text a reader sees, and files."""
