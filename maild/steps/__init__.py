"""What the pipeline's steps are made of: reading one mail, settling a batch, the house they work in."""
