#!/bin/sh
# Legt neer wat de proefopstelling van compose.yaml nodig heeft. Gebruik: begin.sh GEGEVENSMAP TLSMAP
# Mag vaker: wat er is, blijft.
set -eu
umask 077
proef=$(dirname "$0")
gegevens=$1
tls=$2

oso-gateway certs dev --out "$gegevens/pki"
cp "$gegevens/pki/ca.pem" "$tls/ca.pem"
# Wat de buitenwereld ziet, en wat de gateway van de proxy ziet: een geldig certificaat waar geen school bij hoort.
cp "$gegevens/pki/gateway.pem" "$tls/server.pem"
cp "$gegevens/pki/gateway.key" "$tls/server.key"
cp "$gegevens/pki/vreemde.pem" "$tls/proxy.pem"
cp "$gegevens/pki/vreemde.key" "$tls/proxy.key"

[ -e "$gegevens/poorten-simulatoren.json" ] ||
  cp "$proef/poorten-simulatoren.json" "$gegevens/poorten-simulatoren.json"
cp "$proef/dev.json" "$gegevens/dev.json"
