"""What is new in a mail: without quotation and signature."""
