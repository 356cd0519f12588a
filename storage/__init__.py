"""Tables and queries: one file of functions per noun; plain values in, plain values out."""
