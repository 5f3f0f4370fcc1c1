"""Commands for people without a workflow; each is one module, which `tausweep.cli` adds."""
