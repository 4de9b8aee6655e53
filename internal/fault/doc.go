// Package fault classifies errors: a code for machines, a translatable
// message for people, a cause for the log.
//
// A [Fault] carries a [Code], which the site and the API turn into a status,
// and a message key with arguments, which they turn into a sentence in the
// reader's language. The cause is for the log only and is never shown.
package fault
