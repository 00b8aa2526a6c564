"""Tables to a description of what is drawn or said; no drawing library."""
