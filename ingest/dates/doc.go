// Package dates reads the times of exports whose order of day and month is open.
//
// The dates of a file that Excel or a script has written follow the culture of
// that computer, and 03/12/2025 is two days. One program wrote the whole file,
// so all its dates have one order, be it CSV or JSON; it is taken from what is
// certain, in this sequence:
//
//   - a day above 12, anywhere in the file;
//   - dots between the numbers, which no culture uses with the month first;
//   - the form that only Log Analytics writes, and that of Azure's
//     diagnostic settings inside of their records;
//   - another time of the same record that is certain and close;
//   - the days in the file's name, where only one order lies between them;
//   - the order of the records, which exports are sorted by, where there are at
//     least ten on four days, only one order is sorted, and the texts are not;
//   - what the user says.
//
// Otherwise the records with such dates are rejected: no order is better than a
// wrong one. So they are where two digits may be the year at either end.
//
//	culture.go   what one text can mean
//	named.go     the same of one with the name of a month, in which nothing is open
//	evidence.go  what a whole file says of the order: Evidence, Decide
package dates
