// Package duplicates makes one row of all records of one event, whatever exports
// they come from, and lists the others in the table duplicates.
//
//	remove.go        the order of the steps; records that are equal
//	canonical.go     what two JSON texts have to have in common to be equal
//	unite.go         records of one id: which stays, what it takes from the others
//	apart.go         what contradicts: those records stay apart
//	bodies.go        raw texts that each hold a part
//	restore.go       a later load takes apart what an earlier one united
//	risk.go          what changes after the event: the last state stays
//	portal_audits.go, provisioning.go   the portal's own files, which have no ids
//
// The rule is one for all logs. What differs by log stands in the headers of the
// tables (package schema): the id, the time, what identifies a record, what
// changes after the event.
package duplicates
