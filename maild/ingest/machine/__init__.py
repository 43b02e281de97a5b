"""Did a person write this? Evidence, graded and named."""
