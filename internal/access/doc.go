// Package access knows who is acting, and what each area's policy table lets
// them do.
//
// A [Policy] is a table of rules a non-programmer can read: verb, role, scope.
// Each area keeps one in its policy.go; the site renders them as a page and a
// test walks every route with every role. What no rule allows is refused.
package access
