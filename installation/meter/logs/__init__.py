"""The room of other people's logs: from bytes to a curve of watts, with what was left out and every gap counted.

`text` decodes, `table` and `lines` find rows and columns, `layouts` knows programs by name, `columns` chooses, `times`
and `dates` decide the clock of the whole file, `numbers` reads values with units, `cards` parts several sources,
`curve` integrates, and `importer` does it all and says in two lines what it took.
"""
