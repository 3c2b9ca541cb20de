// The other side of the comparison: node `soap` that answers documentRequest with the same dossier, checks nothing and
// stores nothing.
const fs = require("node:fs");
const https = require("node:https");
const soap = require("soap");

const dossier = fs.readFileSync(process.env.DOSSIER, "utf8");
const wsdl = fs.readFileSync(process.env.WSDL, "utf8");
const antwoord = () => ({
  resultaat: "OverdrachtGeslaagd",
  dossierVersie: "2019.1",
  dossierVerzameldatum: "2026-02-16T08:00:00Z",
  document: { $xml: dossier },
});
const server = https.createServer({
  cert: fs.readFileSync(process.env.CERT),
  key: fs.readFileSync(process.env.KEY),
  ca: fs.readFileSync(process.env.CA),
  requestCert: true,
  rejectUnauthorized: true,
});
const naam = /<(?:wsdl:)?service name="([^"]+)"/.exec(wsdl)[1];
const poort = /<(?:wsdl:)?port (?:[^>]*)name="([^"]+)"/.exec(wsdl)[1];
server.listen(Number(process.env.POORT), "127.0.0.1", () => {
  soap.listen(server, "/oso", { [naam]: { [poort]: { document: antwoord } } }, wsdl);
});
