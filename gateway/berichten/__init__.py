"""Messages of the Overstapservice: packs, envelopes, codec, faults and the way to send them.

pakket     a version as data: WSDL, XSD, services, result table
envelop    SOAP 1.1 in and out; what is no valid request becomes a `BerichtFout`
codec      objects of the domain to messages and back (`inhoud` is the table of fields)
fout       the tree of technical errors and the SOAP Fault of each
verzending a message to another party over mutual TLS, under limits of time and size
"""
