// Een LAS haalt een dossier op: node met het pakket soap, gemaakt uit de WSDL.
//
// Gebruik: node las.mjs UITBESTAND < pgn.txt   (instellingen: LAS_…, zie docs/interop.md)

import { createHash, pbkdf2Sync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import https from "node:https";
import soap from "soap";

const SOORT = "overstapdossier";
const env = process.env;
const pgn = readFileSync(0, "utf8").trim();
const uitbestand = process.argv[2];

const certificaat = {
  cert: readFileSync(env.LAS_CERT),
  key: readFileSync(env.LAS_KEY),
  ca: readFileSync(env.LAS_CA),
};
const doel = { doelBrin: env.LAS_DOEL_BRIN, doelRouteringsKenmerk: env.LAS_DOEL_KENMERK };

const meld = (naam, waarde) => console.log(`${naam.padEnd(13)} ${waarde}`);

/** Vorm waarin het Traffic Center een leerling kent (de strategie voor ontwikkeling); even geheim als het pgn zelf. */
function zoeksleutel(nummer) {
  const octets = pbkdf2Sync(nummer, "oso-gateway", 10_000, 128, "sha512");
  return { zoeksleutel: octets.toString("base64"), pgnfrag: nummer.slice(-4) };
}

/** De WSDL wordt met het certificaat opgehaald; zonder certificaat antwoordt de poort niet. */
function haal(url) {
  return new Promise((goed, fout) => {
    https
      .get(url, certificaat, (antwoord) => {
        const delen = [];
        antwoord.on("data", (deel) => delen.push(deel));
        antwoord.on("end", () => goed(Buffer.concat(delen)));
      })
      .on("error", fout);
  });
}

async function maakClient() {
  const wsdlBestand = `${uitbestand}.wsdl`;
  writeFileSync(wsdlBestand, await haal(env.LAS_WSDL));
  const client = await soap.createClientAsync(wsdlBestand);
  // forever: de verbinding blijft open voor het volgende bericht.
  const { key, cert, ca } = certificaat;
  client.setSecurity(new soap.ClientSSLSecurity(key, cert, ca, { forever: true }));
  return client;
}

/** Stuur een verzoek; geeft het antwoord als object en als de tekst die over de lijn kwam. */
async function stuur(client, url, operatie, inhoud) {
  client.setEndpoint(url);
  const [antwoord, tekst] = await client[`${operatie}Async`](inhoud);
  return { antwoord, tekst };
}

/**
 * Het dossier staat in canonieke vorm tussen <document> en </document>: die tekst is wat ondertekend is. Zo hoeft er niets
 * te worden herschreven; het object dat soap ervan maakt, is de volgorde van elementen en attributen al kwijt.
 */
function bewaar(tekst) {
  const [open, naam] = tekst.match(/<((?:\w+:)?document)(?:\s[^>]*)?>/);
  const begin = tekst.indexOf(open) + open.length;
  const einde = tekst.lastIndexOf(`</${naam}>`); // de laatste: in een dossier heten documenten ook zo
  const octets = Buffer.from(tekst.slice(begin, einde), "utf8");
  writeFileSync(uitbestand, octets);
  meld("octets", octets.length);
  meld("sha256", createHash("sha256").update(octets).digest("hex"));
}

async function haalOp(client) {
  const tc = env.LAS_TRAFFIC_CENTER;
  // De volgorde van de velden is die van het schema: soap neemt de volgorde van het object over.
  const sleutel = { zoeksleutelPgnfrag: zoeksleutel(pgn), overdrachtsoort: SOORT };
  const { antwoord: sessie } = await stuur(client, tc, "overdracht", {
    bronBrin: env.LAS_BRON_BRIN,
    ...doel,
    ...sleutel,
  });
  meld("overdracht", sessie.resultaat);
  if (!sessie.sessieId) return;
  let bron = { bronBrin: env.LAS_BRON_BRIN };
  let resultaat = "BronNietBeschikbaar";
  for (const punt of [sessie.aanleverpunt ?? []].flat()) {
    bron = { bronBrin: punt.brin, bronRouteringsKenmerk: punt.routeringsKenmerk };
    const vraag = { ...bron, ...doel, pgn, overdrachtsoort: SOORT, dossierVersie: "2019.1", sessieId: sessie.sessieId };
    const { antwoord, tekst } = await stuur(client, `${punt.url}/bron`, "document", vraag);
    resultaat = antwoord.resultaat;
    meld("aanleverpunt", punt.routeringsKenmerk);
    meld("document", resultaat);
    if (resultaat === "OverdrachtGeslaagd") {
      meld("versie", antwoord.dossierVersie);
      bewaar(tekst);
      break;
    }
  }
  const afmelding = { ...bron, ...doel, ...sleutel, sessieId: sessie.sessieId, resultaat };
  meld("afmelding", (await stuur(client, tc, "afmelding", afmelding)).antwoord.resultaat);
}

/** Vraag namens een school waarvoor dit certificaat niet mag spreken, en lees de fout. */
async function toonFout(client) {
  try {
    await stuur(client, env.LAS_WSDL.replace("?wsdl", ""), "document", {
      bronBrin: env.LAS_BRON_BRIN,
      bronRouteringsKenmerk: "0000000700000YY00931",
      doelBrin: "12SS",
      doelRouteringsKenmerk: "0000000700012SS00933",
      pgn,
      overdrachtsoort: SOORT,
      sessieId: "00000000-0000-4000-8000-000000000000",
    });
  } catch (fout) {
    const fault = fout.root?.Envelope?.Body?.Fault;
    if (!fault) throw fout;
    meld("fout", fault.detail.fout.code);
    meld("melding", fault.faultstring.$value ?? fault.faultstring); // $value: het element heeft een xml:lang
  }
}

const client = await maakClient();
await haalOp(client);
await toonFout(client);
