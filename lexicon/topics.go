package lexicon

// Topics lists what board items and profiles are about: the nouns of the
// announcement of 2022-02-18 and the areas of the SCO agreement on scientific and
// technical co-operation of 2013-09-13. Labels are in the message catalogues under
// "code.topic.<topic>".
var Topics = []string{"mechanisms", "people-to-people", "platforms", "technology-transfer", "modern-agriculture", "strategy-alignment",
	"environment", "water", "soil", "food", "energy", "materials", "ict", "life-sciences", "earth-science", "health",
	"transport", "construction", "mining", "space", "education", "wellbeing"}
