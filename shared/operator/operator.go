// Package operator is what a person sees of orders, accounts and dead letters, and
// what they may do about them: the forms in which programs get them, the words in
// which people do, what a command would do, and the command. It knows no terminal
// and no ERP, and prints nothing.
//
// The JSON of the views is the outside contract, which scripts rely on.
package operator
