// Package console readies a terminal for what is written to it.
package console
