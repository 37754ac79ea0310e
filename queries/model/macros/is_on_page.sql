-- description: Whether a page has room for a record: a run that has chosen those of a page has its own, see matter.go.
-- parameters: file, number
true
