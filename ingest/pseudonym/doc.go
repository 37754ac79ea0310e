// Package pseudonym makes a copy of a case in which names have pseudonyms, and leads
// back from them with the key. Whoever has the copy alone can ask it all that the
// case answers: sessions, times and counts are those of the case.
//
// # What happens to a text
//
// Every text of the case goes through one function, Mapper.Text: each column that holds
// text, each string in each raw record, each name of a field there. It cuts the text into
// parts, and a part is judged by its shape:
//
//	an id (GUID, 32 hexadecimal digits or a multiple)   another id, by AES          ids.go
//	a token id that is made of the id of a sign-in      that of the other id        ids.go
//	an address                                          another one of its network  address.go
//	a word, a number                                    a word such as xkofitamo    words.go
//	a time                                              stays
//
// An id and an address lead back by the key alone. A word does by the table pseudonyms of
// the copy, whose words are sealed with the key. It is the words that are replaced, not
// whole names: what logs make of one name out of another then stays true, as that
// /personal/adele_vance_contoso_com is the OneDrive of adele.vance@contoso.com.
//
// Which words are replaced depends on what the text is (Kind): in a name, such as a
// subject or the name of a device, all; in what Microsoft's logs say in words of their own,
// such as an operation or a user agent, only the names that stand elsewhere in the case;
// in any other text all but those that the program's own questions look for. The header
// of each table in ingest/schema says which columns are names and which are Microsoft's
// words. The address of a person and the name of a host are names wherever they stand.
//
// # What stays
//
// Times, numbers, places, networks (ASN), error codes, the ids and domains of Microsoft's own
// services and of public mail services, the loopback, and the endings of files and of
// domains. That a word comes twice is seen, and how often: two people with one first name
// have one word for it.
package pseudonym
