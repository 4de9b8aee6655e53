package catalogue

// The code lists, after the enterprise networks' profiles and their open-source
// successors. Labels are in the message catalogues under "code.<list>.<code>".
var (
	// OfferTypes and NeedTypes: the one who is paid offers, the one who pays asks.
	OfferTypes = []string{"technology-offer", "business-offer", "expertise-offer", "practice-offer", "funding-offer"}
	NeedTypes  = []string{"technology-request", "business-request", "research-request"}

	Stages = []string{"concept", "lab-tested", "prototype", "field-tested", "demonstrable", "on-market"}

	Cooperations = []string{"licence", "technical-cooperation", "research-cooperation", "joint-venture", "commercial-technical-assistance",
		"manufacturing", "subcontracting", "trade-intermediary", "franchise", "acquisition", "financing", "services",
		"reciprocal-production", "transport-logistics", "training"}

	IPRs = []string{"secret-know-how", "patent-pending", "patent-granted", "utility-model", "plant-variety-right", "copyright",
		"design-right", "trade-mark", "software-licence", "exclusive-rights", "none-open", "other"}

	Exclusivities    = []string{"exclusive", "non-exclusive", "negotiable"}
	ExportControls   = []string{"not-listed", "listed", "unknown", "not-applicable"}
	GeneticResources = []string{"none", "yes", "unknown"}
	Zones            = []string{"arid", "semi-arid", "irrigated-arid", "steppe", "mountain", "temperate", "boreal", "subtropical", "tropical", "desert-oasis"}
	Seasons          = []string{"spring", "summer", "autumn", "winter", "year-round"}

	// Fields lists the two-digit classes of the OECD Fields of Research and
	// Development (Frascati Manual 2015, table 2.2).
	Fields = []string{"1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8", "2.9", "2.10", "2.11",
		"3.1", "3.2", "3.3", "3.4", "3.5", "4.1", "4.2", "4.3", "4.4", "4.5", "5.1", "5.2", "5.3", "5.4", "5.5", "5.6", "5.7", "5.8", "5.9",
		"6.1", "6.2", "6.3", "6.4", "6.5"}
)

// stageTRL gives the technology readiness levels (ISO 16290) that a stage spans.
var stageTRL = map[string][2]int{
	"concept": {1, 3}, "lab-tested": {4, 5}, "prototype": {6, 6}, "field-tested": {7, 7}, "demonstrable": {8, 8}, "on-market": {9, 9},
}

// TRL gives the first and last technology readiness level that a stage spans.
func TRL(stage string) (from, to int) {
	span := stageTRL[stage]
	return span[0], span[1]
}
