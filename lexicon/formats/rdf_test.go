package formats_test

import (
	"strings"
	"testing"

	"karvan/lexicon/formats"
)

const prefixes = `@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix skosxl: <http://www.w3.org/2008/05/skos-xl#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <http://v/> .
`

func TestTurtle(t *testing.T) {
	check(t, formats.Turtle, []sample{
		{name: "labels in the order of their rank",
			text: prefixes + `:a a skos:Concept ; skos:hiddenLabel "katt"@en ; skos:altLabel "tom"@en , "котик"@ru ; skos:prefLabel "cat"@en , "кот"@ru .`,
			want: "http://v/a: en cat, ru кот, en tom, ru котик, en katt\n"},
		{name: "links both ways, each once",
			text: prefixes + `:a a skos:Concept ; skos:prefLabel "animal"@en ; skos:narrower :b , :c .
:b a skos:Concept ; skos:prefLabel "cat"@en ; skos:broader :a ; skos:related :c ; skos:exactMatch <http://w/1> ; skos:closeMatch <http://w/2>.
:c a skos:Concept ; skos:prefLabel "dog"@en .`,
			want: "http://v/a: en animal\nhttp://v/b: en cat; < http://v/a; ~ http://v/c; = http://w/1 http://w/2\nhttp://v/c: en dog; < http://v/a; ~ http://v/b\n"},
		{name: "labels as nodes",
			text: prefixes + `:a a skos:Concept ; skosxl:altLabel :l2 ; skosxl:prefLabel :l1 , [ skosxl:literalForm "кот"@ru ] .
:l1 a skosxl:Label ; skosxl:literalForm "cat"@en . :l2 skosxl:literalForm "tom"@en .`,
			want: "http://v/a: en cat, ru кот, en tom\n"},
		{name: "schemes and collections are no concepts",
			text: prefixes + `:s a skos:ConceptScheme ; skos:prefLabel "animals"@en ; skos:hasTopConcept :a .
:k a skos:Collection ; skos:prefLabel "pets"@en ; skos:member :a . :a skos:prefLabel "cat"@en .`,
			want: "http://v/a: en cat\n"},
		{name: "what stands where a concept does is one",
			text: prefixes + `:a skos:prefLabel "cat"@en ; skos:broader :b . :b skos:prefLabel "animal"@en . :x skos:prefLabel "unknown"@en .`,
			want: "http://v/a: en cat; < http://v/b\nhttp://v/b: en animal\n"},
		{name: "concepts that cannot be used",
			text: prefixes + `:a a skos:Concept .
[] a skos:Concept ; skos:prefLabel "nameless"@en .
:c a skos:Concept ; skos:prefLabel "old"@en ; owl:deprecated true .
:d a skos:Concept ; skos:prefLabel "cat"@en , "?"@no-such-language-at-all .`,
			want: "http://v/d: en cat\n", problems: []string{"9 unknown-language", "6 no-label", "7 no-id", "8 deprecated"}},
		{name: "labels without a language", text: prefixes + `:a a skos:Concept ; skos:prefLabel "H2O" .`, want: "http://v/a: mul H2O\n"},
		{name: "a label that is too long",
			text: prefixes + `:a a skos:Concept ; skos:prefLabel "cat"@en ; skos:altLabel "` + strings.Repeat("c", 2000) + `"@en .`,
			want: "http://v/a: en cat\n", problems: []string{"6 label-too-long"}},
		{name: "all of the grammar",
			text: "\n# remark\nPREFIX skos: <http://www.w3.org/2004/02/skos/core#>\nbase <http://v/x/>\n@prefix v: <y/> . @prefix v.w: <#> .\n" + `
<a> a skos:Concept;skos:prefLabel 'cat'@en, """a "big"
cat"""@en , '''it's'''@en ;; <p> 1, -1.5e3, +.5, true , "x"^^<t> , "y"^^v:t , ( 1 (2) [ <q> <r> ] ) , _:b.1 , _:b .
[ a skos:Concept ] . [ <p> 1 ] <p> 2 ; .
( 1 ) <p> () .
v:b\,c.d a <http://www.w3.org/2004/02/skos/core#Concept> ; skos:prefLabel "\u043A\U0000043E\t\"т\\"@ru .
v.w:e%20f a skos:Concept ; skos:prefLabel ""@en, "e"@en-GB . # end`,
			want: "http://v/x/a: en cat, en a \"big\" cat, en it's\nhttp://v/x/y/b,c.d: ru ко \"т\\\nhttp://v/x/#e%20f: en e\n", problems: []string{"9 no-id"}},
		{name: "a prefix that is not declared", text: prefixes + "\n:a a skoss:Concept .", err: "line 7"},
		{name: "a text that does not end", text: prefixes + ":a :b \"cat\n\" .", err: "line 6"},
		{name: "an address that does not end", text: prefixes + ":a <b", err: "line 6"},
		{name: "no full stop", text: prefixes + ":a a skos:Concept", err: "line 6"},
		{name: "brackets that do not match", text: prefixes + ":a :b [ :c 1 ) .", err: "line 6"},
		{name: "a list that does not end", text: prefixes + ":a :b ( 1", err: "line 6"},
		{name: "an escape that is none", text: prefixes + `:a :b "\u00G0" .`, err: "line 6"},
		{name: "half a surrogate pair", text: prefixes + `:a :b "\uD800" .`, err: "line 6"},
		{name: "bytes that are not UTF-8", text: prefixes + ":a :b \"\xFF\" .", err: "not-utf8-line 6"},
		{name: "brackets without end", text: prefixes + ":a :b " + strings.Repeat("[ :b ", 1000), err: "too-deep 6"},
		{name: "lists without end", text: prefixes + ":a :b " + strings.Repeat("(", 1000), err: "too-deep 6"},
		{name: "a text that is far too long", text: prefixes + `:a :b "` + strings.Repeat("c", 2<<20) + `" .`, err: "piece-too-long 6"},
		{name: "no concepts", text: prefixes + ":a :b :c .", err: "no-entries"},
		{name: "labels as nodes without end",
			text: prefixes + `:a a skos:Concept ; skosxl:prefLabel :l1 , :l2 , :l3 . :l1 skosxl:literalForm "cat"@en .` + strings.Repeat(` :l2 skosxl:literalForm "x"@en .`, 1000) + strings.Repeat(` :l3 skosxl:literalForm "x"@en .`, 1000),
			want: "http://v/a: en cat, en x\n", problems: []string{"6 too-many-labels"}},
	})
}

const (
	ntType  = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2004/02/skos/core#Concept> .\n"
	ntLabel = "<http://www.w3.org/2004/02/skos/core#prefLabel> "
)

func TestNTriples(t *testing.T) {
	check(t, formats.NTriples, []sample{
		{name: "statements, quads and remarks",
			text: "# remark\n\n<http://v/a> " + ntType + "<http://v/a> " + ntLabel + "\"c\\u0061t\"@en <http://g> .\r\n_:x <http://p> \"1\"^^<http://t> . # remark\n",
			want: "http://v/a: en cat\n"},
		{name: "lines that are damaged do not harm the others",
			text: "<http://v/a> " + ntType + "<http://v/a> <http://p\n<http://v/a> " + ntLabel + "\"\xFF\"@en .\nv:a v:b v:c .\n<http://v/a> " + ntLabel + "\"cat\"@en .\n",
			want: "http://v/a: en cat\n", problems: []string{"2 line", "3 not-utf8-line", "4 line"}},
		{name: "a line that is too long",
			text: "<http://v/a> " + ntType + "<http://v/a> " + ntLabel + `"` + strings.Repeat("c", 1<<20) + "\"@en .\n<http://v/a> " + ntLabel + "\"cat\"@en .\n",
			want: "http://v/a: en cat\n", problems: []string{"2 line-too-long"}},
		{name: "nothing but damage", text: "what is this\n", problems: []string{"1 line"}, err: "no-entries"},
	})
}

const rdfHead = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE rdf:RDF [ <!ENTITY skos "http://www.w3.org/2004/02/skos/core#"> ]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#"
  xmlns:xl="http://www.w3.org/2008/05/skos-xl#" xml:base="http://v/" xml:lang="en">
`

func TestRDFXML(t *testing.T) {
	check(t, formats.RDFXML, []sample{
		{name: "nodes with their properties",
			text: rdfHead + `<skos:Concept rdf:about="a"><skos:prefLabel>cat</skos:prefLabel><skos:prefLabel xml:lang="ru">кот</skos:prefLabel>
<skos:broader rdf:resource="b"/><skos:exactMatch rdf:resource="http://w/1"/></skos:Concept>
<rdf:Description rdf:ID="c"><rdf:type rdf:resource="&skos;Concept"/><skos:prefLabel rdf:datatype="&skos;x">H2O</skos:prefLabel></rdf:Description></rdf:RDF>`,
			want: "http://v/a: en cat, ru кот; < http://v/b; = http://w/1\nhttp://v/#c: mul H2O\n"},
		{name: "nodes within properties",
			text: rdfHead + `<skos:ConceptScheme rdf:about="s"><skos:hasTopConcept><skos:Concept rdf:about="a" skos:prefLabel="animal"><skos:narrower>
<skos:Concept rdf:about="b"><xl:prefLabel><xl:Label><xl:literalForm>cat</xl:literalForm></xl:Label></xl:prefLabel>
<xl:altLabel rdf:parseType="Resource"><xl:literalForm>tom</xl:literalForm></xl:altLabel><xl:altLabel rdf:nodeID="l"/><xl:hiddenLabel xl:literalForm="katt"/></skos:Concept>
</skos:narrower></skos:Concept></skos:hasTopConcept></skos:ConceptScheme>
<skos:Collection><skos:member rdf:parseType="Collection"><skos:Concept rdf:about="c"><skos:prefLabel>dog</skos:prefLabel></skos:Concept></skos:member>
<skos:note rdf:parseType="Literal"><b>x</b></skos:note></skos:Collection>
<xl:Label rdf:nodeID="l"><xl:literalForm>tomcat</xl:literalForm></xl:Label></rdf:RDF>`,
			want: "http://v/a: en animal\nhttp://v/b: en cat, en tom, en tomcat, en katt; < http://v/a\nhttp://v/c: en dog\n"},
		{name: "one node and no more",
			text: `<s:Concept xmlns:s="http://www.w3.org/2004/02/skos/core#" xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" r:about="http://v/a"><s:prefLabel xml:lang="en">cat</s:prefLabel></s:Concept>`,
			want: "http://v/a: en cat\n"},
		{name: "elements that do not match", text: rdfHead + "<skos:Concept>\n</skos:Conzept>", err: "line 6"},
		{name: "a document that ends early", text: rdfHead + `<skos:Concept rdf:about="a">`, err: "line 5"},
		{name: "text where none may be", text: rdfHead + "<skos:Concept>cat</skos:Concept></rdf:RDF>", err: "line 5"},
		{name: "an entity that is not declared", text: rdfHead + "<skos:Concept>&lol;</skos:Concept></rdf:RDF>", err: "line 5"},
		{name: "elements without end", text: rdfHead + strings.Repeat("<a>", 1000), err: "too-deep 5"},
		{name: "a text that is far too long", text: rdfHead + "<a><b>" + strings.Repeat("c", 2<<20), err: "piece-too-long 5"},
		{name: "entities that are too long", text: `<!DOCTYPE a [<!ENTITY a "` + strings.Repeat("c", 1000) + `">]><a>&a;</a>`, err: "too-many-entities 1"},
		{name: "entities within entities are not known",
			text: `<!DOCTYPE a [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><a xmlns="x:y"><b>&b;</b></a>`, err: "line 1"},
		{name: "another encoding", text: `<?xml version="1.0" encoding="windows-1251"?><a/>`, err: "not-utf8"},
	})
}

func TestJSONLD(t *testing.T) {
	const skos = `"http://www.w3.org/2004/02/skos/core#`
	check(t, formats.JSONLD, []sample{
		{name: "a context in the manner of Skosmos",
			text: `{"@context":{"skos":` + skos + `","uri":"@id","type":"@type","lang":"@language","value":"@value","graph":"@graph","prefLabel":"skos:prefLabel",
"altLabel":"skos:altLabel","broader":"skos:broader","isothes":"http://purl.org/iso25964/skos-thes#"},
"graph":[{"uri":"http://v/a","type":["skos:Concept","isothes:X"],"broader":{"uri":"http://v/b"},"altLabel":[{"lang":"en","value":"tom"}],"prefLabel":[{"lang":"en","value":"cat"},{"lang":"ru","value":"кот"}]},
{"uri":"http://v/b","type":"skos:Concept","prefLabel":{"lang":"en","value":"animal"}}]}`,
			want: "http://v/a: en cat, ru кот, en tom; < http://v/b\nhttp://v/b: en animal\n"},
		{name: "terms with types, languages and containers",
			text: `{"@context":[{"@base":"http://v/","@vocab":` + skos + `","@language":"en"},{"label":{"@id":"prefLabel","@container":"@language"},
"ru":{"@id":"altLabel","@language":"ru"},"up":{"@id":"broader","@type":"@id"},"down":{"@reverse":"broader","@type":"@id"},"many":{"@id":"related","@container":["@set"]},"by":{"@id":"hiddenLabel","@container":"@index"}}],
"@graph":[{"@id":"a","@type":"Concept","label":{"ru":["кот","котик"],"en":"cat","@none":"Felis"},"ru":"котофей","altLabel":"tom","up":["b"],"many":[{"@id":"c"}],"by":{"1":"katt"}},
{"@id":"b","@type":"Concept","prefLabel":"animal","down":"c"},{"@id":"c","@type":"Concept","prefLabel":{"@list":["dog"]}}]}`,
			want: "http://v/a: mul Felis, en cat, ru кот, ru котик, en tom, ru котофей, en katt; < http://v/b; ~ http://v/c\nhttp://v/c: en dog; < http://v/b; ~ http://v/a\nhttp://v/b: en animal\n"},
		{name: "expanded form",
			text: `[{"@id":"http://v/a","@type":[` + skos + `Concept"],` + skos + `prefLabel":[{"@value":"cat","@language":"en"}]}]`,
			want: "http://v/a: en cat\n"},
		{name: "one node, the context last",
			text: `{"@id":"http://v/a","@type":"s:Concept","s:prefLabel":{"@value":"cat","@language":"en"},"@context":{"s":` + skos + `"}}`,
			want: "http://v/a: en cat\n"},
		{name: "a graph of one node, its context after it",
			text: `{"@graph":{"@id":"http://v/a","@type":"s:Concept","s:prefLabel":"cat"},"@context":{"s":` + skos + `"}}`,
			want: "http://v/a: mul cat\n"},
		{name: "nodes within nodes, with contexts of their own",
			text: `{"@id":"http://v/s","http://x/member":[{"@context":{"s":` + skos + `"},"@id":"http://v/a","@type":"s:Concept","s:prefLabel":"cat","@reverse":{"s:narrower":{"@id":"http://v/b"}}}],
"@included":[{"@id":"_:l"}]}`,
			want: "http://v/a: mul cat; < http://v/b\n"},
		{name: "deprecated concepts",
			text: `{"@context":{"s":` + skos + `","gone":"http://www.w3.org/2002/07/owl#deprecated"},"@graph":[
{"@id":"http://v/a","@type":"s:Concept","s:prefLabel":"cat","gone":true},
{"@id":"http://v/b","@type":"s:Concept","s:prefLabel":"dog","gone":{"@value":false}}]}`,
			want: "http://v/b: mul dog\n", problems: []string{"2 deprecated"}},
		{name: "a context at an address is not fetched",
			text: "{\n\"@context\": \"http://v/context.json\",\n\"@graph\": [{\"@id\": \"http://v/a\"}]}", problems: []string{"2 remote-context"}, err: "remote-context"},
		{name: "definitions that go round in circles",
			text: `{"@context":{"a":"b:x","b":"a:y","@vocab":"a:"},"@graph":[{"@id":"a:1","a:b":"c","d":"e"}]}`, err: "no-entries"},
		{name: "other JSON", text: `{"c_1":{"label":"x","parents":["c_2"]}}`, err: "no-entries"},
		{name: "a number", text: "1", err: "line 1"},
		{name: "what is no JSON", text: "{\n\"@graph\": [\n{\"@id\": }]}", err: "line 3"},
		{name: "a document that ends early", text: "[\n{\"@id\":\"a\"},\n", err: "line 2"},
		{name: "more after the end", text: "[]\n{}", err: "line 2"},
		{name: "nodes without end", text: strings.Repeat(`[{"a":`, 200) + "1" + strings.Repeat("}]", 200), err: "too-deep 1"},
		{name: "a node that is far too large", text: `[{"@id":"` + strings.Repeat("c", 5<<20) + `"}]`, err: "object-too-large"},
		{name: "white space without end", text: "[" + strings.Repeat(" ", 12<<20) + "]", err: "object-too-large"},
	})
}

func TestTBX(t *testing.T) {
	const v2 = `<?xml version="1.0"?><!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd">
<martif type="TBX" xml:lang="en"><martifHeader><fileDesc><sourceDesc><p>x</p></sourceDesc></fileDesc></martifHeader><text><body>
`
	check(t, formats.TBX, []sample{
		{name: "the form of 2008",
			text: v2 + `<termEntry id="c1"><descrip type="subjectField">zoology</descrip><descrip type="superordinateConceptGeneric" target="c2">animal</descrip><ref type="crossReference" target="#c3">dog</ref>
<langSet xml:lang="en"><tig><term>tom</term><termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></tig>
<ntig><termGrp><term>house <hi>cat</hi></term><termNote type="partOfSpeech">noun</termNote></termGrp></ntig>
<tig><term>cat</term><termNote type="administrativeStatus">preferredTerm-admn-sts</termNote></tig></langSet>
<langSet xml:lang="ru-RU"><tig><term>кот</term></tig></langSet></termEntry>
<termEntry><langSet xml:lang="en"><tig><term>dog</term></tig></langSet></termEntry></body></text></martif>`,
			want: "c1: en cat, en house cat, ru кот, en tom; < c2; ~ c3\n8: en dog\n"},
		{name: "the form of 2019 in both styles",
			text: `<tbx style="dct" type="TBX-Basic" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2" xmlns:basic="http://www.tbxinfo.net/ns/basic" xmlns:min="http://www.tbxinfo.net/ns/min"><text><body>
<conceptEntry id="c1"><basic:crossReference target="c2">x</basic:crossReference><langSec xml:lang="en"><termSec><term>tom</term><min:administrativeStatus>supersededTerm-admn-sts</min:administrativeStatus></termSec><termSec><term>cat</term></termSec></langSec></conceptEntry>
<conceptEntry id="c2"><langSec xml:lang="zh-CN"><termSec><term>狗</term><termNote type="administrativeStatus">preferredTerm-admn-sts</termNote></termSec></langSec></conceptEntry></body></text></tbx>`,
			want: "c1: en cat, en tom; ~ c2\nc2: zh 狗\n"},
		{name: "concepts that cannot be used",
			text: v2 + `<termEntry id="c1"><langSet xml:lang="no such"><tig><term>x</term></tig></langSet></termEntry>
<termEntry id="c2"><langSet xml:lang="en"><tig><term>cat</term></tig></langSet></termEntry>
<termEntry id="c2"><langSet xml:lang="en"><tig><term>dog</term></tig><tig><term>` + strings.Repeat("d", 2000) + `</term></tig></langSet></termEntry></body></text></martif>`,
			want: "c2: en cat\n", problems: []string{"3 unknown-language", "3 no-label", "5 label-too-long", "5 same-id"}},
		{name: "elements that do not match", text: v2 + "<termEntry>\n</termEnd>", err: "line 4"},
		{name: "a term that does not end", text: v2 + "<termEntry><langSet><tig><term>cat\n", err: "line 4"},
		{name: "elements without end", text: v2 + strings.Repeat("<tig>", 1000), err: "too-deep 3"},
		{name: "terms without end", text: v2 + "<term>" + strings.Repeat("<hi>", 1000), err: "too-deep 3"},
		{name: "another document", text: "<html/>", err: "no-entries"},
	})
}
