package arch

import "maps"

// ModulesForTest gives the modules that are entered, with their reasons.
func ModulesForTest() map[string]string { return maps.Clone(modules) }
