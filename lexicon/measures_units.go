package lexicon

import (
	"strings"
	"sync"
)

// A unit is so many of the first unit of its dimension: of SI where there is one, of
// people's use else (litres of a cubic metre are volume, a year is time).
type unit struct {
	dimension string
	factor    float64
	offset    float64 // added after, for temperatures
}

// unitNames lists how units are written: the dimension, how many of its first unit it
// is, then symbols, which are taken as they are, and words, marked with a star, that
// may be followed by an ending and are written in any case. An underscore stands for a
// space.
const unitNames = `
temp 1 °C ℃ º_C °С ° *degreescelsius *degrees_c *degree_c 摄氏度 度 *градус* *градуси* *daraja* *даража* *дараҷа* *डिग्री* *ڈگری* *درجه* *سانتیگراد*
temp-f 1 °F ℉
temp-k 1 K К *kelvin* *кельвин*
mass 1 kg кг kilo *kilogram* *килограм* *кілаграм* 千克 公斤 *کیلوگرم* *کلوگرام* *कि.ग्रा* *किलोग्राम* *किलो*
mass .001 g г gr гр *gram* *грам* *грамм* 克 *گرم* *گرام* *ग्राम*
mass .000001 mg мг *milligram* *миллиграмм* *міліграм* 毫克 *میلی‌گرم* *میلیگرم* *ملی_گرام* *मिलीग्राम*
mass .000000001 µg μg мкг mcg *microgram* *микрограмм* 微克 *میکروگرم* *माइक्रोग्राम*
mass 1000 t т tn *tonne* *tons* *ton* *тонн* *тон* *tonna* 吨 公吨 噸 *تن* *ٹن* *टन*
mass 100 q ц *quintal* *центнер* *цэнтнер* *sentner* 公担 *کوئنٹل* *क्विंटल* *کنتال*
mass 0.5 斤
mass 1e6 kt кт
mass 1e9 Mt Мт
area 10000 ha га ga *hectare* *гектар* *gektar* 公顷 *هکتار* *ہیکٹر* *ہیکٹیئر* *हेक्टेयर* *हैक्टेयर*
area 1 m2 м2 sqm квм кв_м *square_met* *square_metr* *квадратн_метр* *квадратных_метр* *шаршы_метр* *чарчы_метр* *kvadrat_metr* *метри_мураббаъ* 平方米 平米 *متر_مربع* *مترمربع* *مربع_میٹر* *वर्ग_मीटर* *वर्गमीटर*
area 1e6 km2 км2 квкм кв_км *square_kilomet* *квадратных_километр* *шаршы_километр* *kvadrat_kilometr* 平方公里 平方千米 *کیلومتر_مربع* *کیلومترمربع* *مربع_کلومیٹر* *वर्ग_किलोमीटर* *वर्ग_किमी*
area .0001 cm2 см2 平方厘米
area 666.667 亩 畝 mu
area 100 *сотк* *sotix*
area 4046.86 *acre* *акр* 英亩 *ایکڑ* *एकड़* *एकड*
volume 1 m3 м3 cbm кубм куб_м *cubic_met* *кубометр* *кубическ_метр* *кубических_метр* *текше_метр* *куб_метр* *kub_metr* 立方米 方 *متر_مکعب* *مترمکعب* *مکعب_میٹر* *घन_मीटर* *घनमीटर*
volume .001 l L л *litre* *liter* *литр* *літр* *litr* 升 公升 *لیتر* *لیٹر* *लीटर*
volume .000001 ml mL мл cm3 см3 *millilit* *миллилитр* *мілілітр* 毫升 *میلی‌لیتر* *میلیلیتر* *ملی_لیٹر* *मिलीलीटर*
volume .000000001 µl μl мкл *микролитр* 微升
volume 1e9 km3 км3 *кубических_километр* 立方公里
volume .158987 bbl *barrel* *баррел* 桶 *بشکه* *بیرل* *बैरल*
length 1 m м *metre* *meter* *метр* *metr* 米 公尺 *متر* *میٹر* *मीटर*
length 1000 km км *kilomet* *километр* *кіламетр* *kilometr* 公里 千米 *کیلومتر* *کلومیٹر* *किलोमीटर* *किमी* *कि.मी*
length .01 cm см sm *centimet* *сантиметр* *сантыметр* *santimetr* 厘米 公分 *سانتیمتر* *سانتی‌متر* *سینٹی_میٹر* *सेंटीमीटर* *सेमी*
length .001 mm мм *millimet* *миллиметр* *міліметр* *millimetr* 毫米 *میلیمتر* *میلی‌متر* *ملی_میٹر* *मिलीमीटर* *मिमी*
length .000001 µm μm мкм mkm *micromet* *micron* *микрометр* *микрон* *мікрон* 微米 *میکرومتر* *میکرون* *مائیکرون* *माइक्रोन*
length .000000001 nm нм *nanomet* *нанометр* *nanometr* 纳米 奈米 *نانومتر* *نینو_میٹر* *नैनोमीटर*
power 1 W Вт Vt *watt* *ватт* *ват* *vatt* 瓦 瓦特 *وات* *واٹ* *वाट*
power 1000 kW кВт kVt *kilowatt* *киловатт* *кілават* *kilovatt* 千瓦 *کیلووات* *کلوواٹ* *کلو_واٹ* *किलोवाट*
power 1e6 MW МВт MVt MWt MWe *megawatt* *мегаватт* *мегават* *megavatt* 兆瓦 *مگاوات* *میگاواٹ* *میگا_واٹ* *मेगावाट*
power 1e9 GW ГВт GVt *gigawatt* *гигаватт* *гігават* 吉瓦 *گیگاوات* *گیگاواٹ* *गीगावाट*
power .001 mW мВт 毫瓦
power 735.5 hp л.с лс *horsepower* 马力 *اسب_بخار* *ہارس_پاور*
energy 1 J Дж *joule* *джоул* *жоуль* 焦 焦耳 *ژول* *जूल* *جول*
energy 1000 kJ кДж *kilojoule* *килоджоул* 千焦 *کیلوژول* *किलोजूल*
energy 1e6 MJ МДж *megajoule* *мегаджоул* 兆焦 *مگاژول*
energy 1e9 GJ ГДж 吉焦
energy 3600 Wh W_h Втч Вт_ч
energy 3.6e6 kWh kW_h кВтч кВт_ч kVtsoat kVt_soat kVtch *kilowatt_hour* *kilowatthour* *киловатт_час* *кілават_гадзін* *киловатт_сағат* *киловатт_саат* *киловатт_соат* *kilovatt_soat* 千瓦时 千瓦小时 度电 *کیلووات_ساعت* *کیلوواتساعت* *کلوواٹ_گھنٹ* *किलोवाट_घंट* *किलोवाटघंट*
energy 3.6e9 MWh MW_h МВтч МВт_ч *megawatt_hour* *мегаватт_час* 兆瓦时 *مگاوات_ساعت* *मेगावाट_घंट*
energy 3.6e12 GWh GW_h ГВтч ГВт_ч 吉瓦时
energy 3.6e15 TWh ТВтч ТВт_ч
energy 4184 kcal ккал *kilocalor* *килокалор* 千卡 大卡 *کیلوکالری* *किलोकैलोरी*
energy 4.184e9 Gcal Гкал
energy 1.60218e-19 eV эВ
pressure 1 Pa Па *pascal* *паскал* 帕 *پاسکال*
pressure 1000 kPa кПа *kilopascal* *килопаскал* 千帕 *کیلوپاسکال*
pressure 1e6 MPa МПа *megapascal* *мегапаскал* 兆帕 *مگاپاسکال*
pressure 1e9 GPa ГПа 吉帕
pressure 1e5 bar бар 巴 *بار* *बार*
pressure 101325 atm атм *atmospher* *атмосфер* *атмасфер* *atmosfera* 大气压 *اتمسفر*
pressure 133.322 mmHg ммрт
pressure 6894.76 psi
time 1 s с sec сек *second* *секунд* *sekund* 秒 *ثانیه* *سیکنڈ* *सेकंड* *सेकेंड*
time 60 min мин daq *minute* *минут* *хвілін* *daqiqa* *дақиқа* *мүнөт* 分钟 *دقیقه* *منٹ* *मिनट*
time 3600 h ч hr hrs *hour* *час* *гадзін* *сағат* *саат* *соат* *soat* 小时 *ساعت* *گھنٹ* *घंट*
time 86400 d сут сутки *day* *days* *дня* *дней* *день* *дні* *дзён* *суток* *күн* *kun* *рӯз* 天 *روز* *दिन* *دن*
time 604800 wk нед *week* *недел* *тыдн* *тыдзен* *апта* *жума* *hafta* *ҳафта* 周 星期 *هفته* *ہفت* *हफ़्त* *सप्ताह*
time 2629800 mo мес *month* *месяц* *месяцев* *месяца* *месяцаў* *ай* *oy* *моҳ* 个月 *ماه* *مہین* *महीन*
time 31557600 yr лет *year* *год* *года* *годоў* *гадоў* *жыл* *жылдар* *yil* *сол* 年 *سال* *साल* *वर्ष*
share 1 % ٪ ％ *percent* *per_cent* *процент* *працэнт* *пайыз* *пайыз* *foiz* *фоиз* *дарсад* *درصد* *فیصد* *فی_صد* *प्रतिशत* *फीसदी*
share .1 ‰ *промилле* *permil*
share .0001 ppm млн⁻¹ 百万分之一
frequency 1 Hz Гц *hertz* *герц* 赫兹 赫 *هرتز* *हर्ट्ज़* *ہرٹز*
frequency 1000 kHz кГц 千赫
frequency 1e6 MHz МГц 兆赫
frequency 1e9 GHz ГГц 吉赫
voltage 1 V В *volt* *вольт* 伏 伏特 *ولت* *وولٹ* *वोल्ट*
voltage 1000 kV кВ *kilovolt* *киловольт* 千伏 *کیلوولت*
amount 1 mol моль *моль* 摩尔 *مول* *मोल*
amount .001 mmol ммоль 毫摩尔
money-usd 1 $ US$ USD *dollar* *доллар* *долар* *долл* *dollar* 美元 *دلار* *ڈالر* *डॉलर*
money-eur 1 € EUR *euro* *евро* *еўра* *yevro* 欧元 *یورو* *यूरो*
money-rub 1 ₽ RUB RUR руб *ruble* *rouble* *рубл* *рублей* *rubl* 卢布 *روبل* *रूबल*
money-cny 1 ¥ ￥ CNY RMB *yuan* *юан* 元 人民币 *یوآن* *یوان* *युआन*
money-kzt 1 ₸ KZT *tenge* *тенге* *теңге* 坚戈 *تنگه*
money-kgs 1 KGS *сомдон* *сом* 索姆
money-tjs 1 TJS *сомонӣ* *сомони* *somoni*
money-uzs 1 UZS soʻm so‘m so'm сўм *soʻm* *so'm* *сўм* *сум* 苏姆
money-inr 1 ₹ INR Rs *rupee* *рупи* *rupiya* 卢比 *روپے* *روپی* *रुपय* *रुपए* *रुपये*
money-pkr 1 PKR
money-irr 1 IRR *rial* *риал* 里亚尔 *ریال*
money-irr 10 *toman* *томан* *تومان*
money-byn 1 BYN
`

// magnitudes are the words that multiply a number before its unit.
const magnitudes = `
1e3 тыс *thousand* *тысяч* *тысяц* *мың* *миң* *ming* *минг* *ҳазор* 千 *هزار* *ہزار* *हज़ार* *हजार*
1e6 mln млн mn *million* *миллион* *мільён* 百万 *میلیون* *ملین* *मिलियन*
1e9 bn mlrd млрд *billion* *миллиард* *мільярд* *milliard* 十亿 *میلیارد* *ارب* *अरब* *बिलियन*
1e12 trln трлн *trillion* *триллион* 万亿
1e4 万 萬
1e8 亿 億
1e5 *lakh* *लाख* *لاکھ*
1e7 *crore* *करोड़* *کروڑ*
`

// quotients gives the dimension of one unit by another, and what its first unit is of
// theirs where they differ.
var quotients = map[[2]string]unit{
	{"mass", "area"}: {dimension: "mass-area"}, {"mass", "volume"}: {dimension: "concentration"}, {"amount", "volume"}: {dimension: "molarity"},
	{"mass", "mass"}: {dimension: "share", factor: 100}, {"volume", "volume"}: {dimension: "share", factor: 100},
	{"volume", "time"}: {dimension: "flow"}, {"mass", "time"}: {dimension: "mass-time"}, {"length", "time"}: {dimension: "speed"},
	{"volume", "area"}: {dimension: "length"}, {"energy", "area"}: {dimension: "energy-area"}, {"power", "area"}: {dimension: "power-area"},
	{"energy", "mass"}: {dimension: "energy-mass"}, {"energy", "volume"}: {dimension: "energy-volume"}, {"energy", "time"}: {dimension: "power"},
	{"power", "mass"}: {dimension: "power-mass"}, {"power", "length"}: {dimension: "power-length"}, {"mass", "energy"}: {dimension: "mass-energy"},
	{"volume", "mass"}: {dimension: "volume-mass"}, {"amount", "mass"}: {dimension: "amount-mass"}, {"voltage", "length"}: {dimension: "field"},
}

// unitTable finds units and magnitudes by how they are written.
type unitTable struct {
	symbols, words            map[string]unit
	magnitude, magnitudeWords map[string]float64
	longest                   int // runes of a unit in Chinese characters
}

var units = sync.OnceValue(func() *unitTable {
	t := &unitTable{symbols: map[string]unit{}, words: map[string]unit{}, magnitude: map[string]float64{}, magnitudeWords: map[string]float64{}}
	for line := range strings.Lines(unitNames) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		u := unit{dimension: fields[0], factor: number(fields[1])}
		switch u.dimension {
		case "temp":
			u.offset = 273.15
		case "temp-f":
			u = unit{"temp", 5. / 9, 273.15 - 32*5./9}
		case "temp-k":
			u.dimension = "temp"
		}
		eachName(fields[2:], func(name string, word bool) {
			into := t.symbols
			if word {
				into = t.words
			}
			if _, ok := into[name]; !ok {
				into[name] = u
			}
			if isHan(firstRune(name)) {
				t.longest = max(t.longest, len([]rune(name)))
			}
		})
	}
	for line := range strings.Lines(magnitudes) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		eachName(fields[1:], func(name string, word bool) {
			if word {
				t.magnitudeWords[name] = number(fields[0])
			} else {
				t.magnitude[name] = number(fields[0])
			}
		})
	}
	return t
})

// eachName calls f with the names of a list, in the form that texts are brought into.
func eachName(names []string, f func(name string, word bool)) {
	for _, name := range names {
		word := strings.HasPrefix(name, "*")
		name = strings.ReplaceAll(strings.Trim(name, "*"), "_", " ")
		if word {
			name = strings.ToLower(name)
		}
		f(unitForm(name), word)
	}
}
