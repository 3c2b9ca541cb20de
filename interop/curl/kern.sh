#!/bin/sh
# Een kernapplicatie levert een dossier aan, zet het klaar en leest de stip: sh met curl en sed.
#
# Gebruik: sh kern.sh ELKNUMMER DOSSIER.xml   (instellingen: KERN_REST en KERN_TOKEN, zie docs/interop.md)
set -eu
umask 077

elknummer=$1
dossier=$2
werkmap=$(mktemp -d)
trap 'rm -rf "$werkmap"' EXIT
antwoord=$werkmap/antwoord.json

# Het token staat in een bestand: op de opdrachtregel zou iedereen op de machine het kunnen lezen.
# Wie de opdracht geeft, staat in OSO-Account: OSO eist dat dat is na te gaan.
printf 'header = "Authorization: Bearer %s"\nheader = "OSO-Account: jansen"\n' "$KERN_TOKEN" >"$werkmap/koppen"

# Roep de gateway aan; het antwoord komt in $antwoord, de status van HTTP op standaarduitvoer.
roep() {
  curl --silent --show-error --config "$werkmap/koppen" --output "$antwoord" --write-out '%{http_code}' "$@"
}

# Geef de waarde van een veld uit JSON; genoeg voor een voorbeeld, voor meer is er jq.
veld() { sed -n "s/.*\"$1\":\"\\{0,1\\}\\([^\",}]*\\).*/\\1/p" "$antwoord"; }

meld() { printf '%-13s %s\n' "$1" "$2"; }

# 1. Aanleveren: het dossier en wat er van de leerling bekend is, in één verzoek.
status=$(roep --request PUT "$KERN_REST/dossiers/$elknummer" \
  --form "dossier=@$dossier;type=application/xml" \
  --form 'context={"plaatsing":{"brin":"00YY","vestigingscode":"00"},"okiDocVrijgegeven":true};type=application/json')
meld aanleveren "$status"
meld versie "$(veld versie)"
meld sha256 "$(veld sha256)"

# 2. Klaarzetten loopt op de achtergrond: vraag tot het klaar is.
roep "$KERN_REST/klaarzettingen" \
  --header 'Content-Type: application/json' --data "{\"elkNummers\":[\"$elknummer\"]}" >/dev/null
opdracht=$(veld id)
poging=0
roep "$KERN_REST/klaarzettingen/$opdracht" >/dev/null
while [ "$(veld status)" != klaar ] && [ "$poging" -lt 100 ]; do
  sleep 0.1
  poging=$((poging + 1))
  roep "$KERN_REST/klaarzettingen/$opdracht" >/dev/null
done
meld klaarzetten "$(veld uitkomst)"

# 3. De stip.
roep "$KERN_REST/dossiers/$elknummer" >/dev/null
meld stip "$(veld status)"

# 4. Een weigering is problem+json: code voor programma's, melding en watNu voor mensen.
printf '<dossier xmlns="urn:onbekend"/>' >"$werkmap/fout.xml"
status=$(roep --request PUT "$KERN_REST/dossiers/$elknummer" \
  --header 'Content-Type: application/xml' --data-binary "@$werkmap/fout.xml")
meld fout "$status $(veld code)"
