/** How the report looks: on a light screen, on a dark one, and on paper. */

const LIGHT = `--ground:#fbfaf7;--card:#fff;--ink:#1b1d22;--soft:#565b66;--line:#d9d6cc;--field:#eef3ee;--field-line:#9db5a4;
--good:#1f6b45;--good-card:#e6f2ea;--bad:#a8201a;--bad-card:#fbe9e7;--unseen:#7a5200;--unseen-card:#fbf1dc;--accent:#1d4f7c`;
const DARK = `--ground:#15171b;--card:#1e2127;--ink:#eceae4;--soft:#b3b1aa;--line:#3a3e47;--field:#1b2521;--field-line:#4d6b58;
--good:#7fd0a1;--good-card:#1c3127;--bad:#ff9b92;--bad-card:#3a1f1e;--unseen:#f0c36b;--unseen-card:#352a15;--accent:#8cc0ee`;

export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,"Segoe UI","DejaVu Sans",sans-serif}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:1}
main,header,footer{max-width:1240px;margin:0 auto;padding:0 1.5rem}
header{padding-top:1.6rem}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .2rem;letter-spacing:-.01em}
h2{font-size:1.25rem;margin:2.4rem 0 .6rem;scroll-margin-top:1rem}
.first h2{margin:1.1rem 0 .3rem}
h3{font-size:1rem;margin:1.4rem 0 .4rem}
p{margin:.3rem 0 .7rem;max-width:78ch}
.soft,.small-text{color:var(--soft)}.small-text{font-size:.875rem}
a{color:var(--accent)}
code{font:.84em/1.45 ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.stand-in{background:var(--unseen-card);color:var(--unseen);border:1px solid currentColor;border-radius:10px;padding:.55rem 1rem;margin:0 0 1rem;font-weight:600;max-width:none}
.facts{display:grid;grid-template-columns:minmax(15rem,1.5fr) repeat(4,minmax(9rem,1fr));gap:.8rem;margin:1rem 0 1.2rem;padding:0}
.facts>div{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:.75rem 1rem;min-width:0}
.facts dt{font-size:.8rem;color:var(--soft)}
.facts dd{margin:.1rem 0 0;font-weight:650;font-size:1rem;line-height:1.3;overflow-wrap:anywhere}
.facts dd span{display:block;font-weight:400;font-size:.84rem;color:var(--soft)}
.facts .verdict.good{background:var(--good-card);border-color:var(--good)}.facts .verdict.good dd{color:var(--good)}
.facts .verdict.open{background:var(--bad-card);border-color:var(--bad)}.facts .verdict.open dd{color:var(--bad)}
.facts .verdict.unseen{background:var(--unseen-card);border-color:var(--unseen)}.facts .verdict.unseen dd{color:var(--unseen)}
.facts .verdict dd{font-size:1.35rem}.facts .verdict dd span,.facts .verdict dt{color:var(--ink)}
.points{list-style:none;margin:0;padding:0;display:grid;gap:.7rem}
.point{background:var(--card);border:1px solid var(--line);border-left:6px solid var(--unseen);border-radius:10px;padding:.7rem 1rem}
.point.broken{border-left-color:var(--bad)}.point.accepted{border-left-color:var(--line)}
.point h3{margin:0 0 .2rem;font-size:1rem}.point ul{margin:.3rem 0;padding-left:1.2rem}.point li{overflow-wrap:anywhere}
.point p{margin:.2rem 0 0}
.tag{display:inline-block;font-size:.78rem;font-weight:650;border-radius:99px;padding:.05rem .6rem;border:1px solid currentColor;white-space:nowrap}
.tag.good,.tag.holds{color:var(--good);background:var(--good-card)}.tag.open,.tag.broken{color:var(--bad);background:var(--bad-card)}
.tag.unseen,.tag.not-observed{color:var(--unseen);background:var(--unseen-card)}.tag.none,.tag.accepted{color:var(--soft)}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:10px;background:var(--card)}
.scroll:focus-visible,a:focus-visible,summary:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.91rem}
caption{text-align:left;padding:.6rem .9rem;color:var(--soft);font-size:.875rem}
th,td{text-align:left;vertical-align:top;padding:.5rem .9rem;border-top:1px solid var(--line)}
thead th{font-size:.8rem;color:var(--soft);font-weight:600;white-space:nowrap}
tbody th{font-weight:600}th,td{overflow-wrap:break-word}
td small,th small{display:block;color:var(--soft);font-weight:400;overflow-wrap:anywhere}
.whole{white-space:nowrap}.any{overflow-wrap:anywhere;min-width:20rem}
.brief{margin:0;padding:0;list-style:none;display:grid;gap:.15rem}.brief li{display:flex;gap:.6rem;align-items:baseline;min-width:0}.brief .tag{flex:none}.brief a{flex:none;font-weight:650}
.brief li span:last-child{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
details{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.6rem 1rem}
details .scroll{border:0}summary{cursor:pointer;font-weight:600}
footer{padding:2.5rem 1.5rem 3rem}
.map{width:100%;min-width:46rem;height:auto;display:block;margin:.3rem 0}
.map-scroll{overflow-x:auto}.map-scroll:focus-visible{outline:3px solid var(--accent)}
.map text{font-family:system-ui,"Segoe UI","DejaVu Sans",sans-serif;fill:var(--ink)}
.map .field{fill:var(--field);stroke:var(--field-line);stroke-width:1.5}
.map .field-name{font-size:17px;font-weight:700}.map .field-name.bad{fill:var(--bad)}
.map .outside{font-size:16px;font-weight:700}.map .step{font-size:15px;font-weight:700}
.map .small{font-size:13px;fill:var(--soft)}.map .key{font-size:12.5px}
.map .node rect{fill:var(--card);stroke:var(--good);stroke-width:1.5}
.map .node.open rect{stroke:var(--bad);stroke-width:2.5;stroke-dasharray:7 4}.map .node.unseen rect{stroke:var(--unseen);stroke-dasharray:2 4;stroke-width:2}
.map .node.none rect,.map .node.ghost rect{stroke:var(--line)}.map .node.ghost rect{fill:none;stroke:var(--bad);stroke-dasharray:3 5}
.map .mark{fill:var(--good)}.map .open .mark{fill:var(--bad)}.map .unseen .mark{fill:var(--unseen)}.map .none .mark{fill:var(--soft)}
.map .mark-text{font-size:14px;font-weight:700;fill:var(--card);text-anchor:middle}
.map .way{stroke:var(--accent);stroke-width:4;fill:none}.map .thin{stroke:var(--soft);stroke-width:1.5;fill:none}
.map .stray{stroke:var(--bad);stroke-width:2.5;stroke-dasharray:7 4;fill:none}.map .tip{fill:context-stroke}
@media (max-width:900px){.facts{grid-template-columns:1fr 1fr}.facts .verdict{grid-column:1/-1}}
@media print{
:root{color-scheme:light;${LIGHT};--ground:#fff}
@page{size:A4;margin:14mm}
body{font-size:10.5pt}main,header,footer{max-width:none;padding:0}.skip,nav{display:none}
.facts{grid-template-columns:repeat(3,1fr)}
.facts>div,.point,tr{break-inside:avoid}h2,h3,caption{break-after:avoid}thead{display:table-header-group}
.scroll,.map-scroll{overflow:visible}.whole{white-space:normal}.map,.any{min-width:0}table{font-size:8.5pt}th,td{padding:.3rem .5rem}.map{break-inside:avoid}
details::details-content{content-visibility:visible;height:auto}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`;
