// Package people keeps the accounts of those who sign in, and what they may be.
//
// Accounts are private: they are tables of this node, never records, and leave it
// with nobody. A password is kept as argon2id. Signing in says the same whether
// the account is unknown, disabled or the password is wrong, and takes the same
// time.
package people
