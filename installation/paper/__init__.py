"""Paper: everything that is printed is set by one engine, from one source of numbers, with templates one can edit."""
