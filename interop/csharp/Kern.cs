// Een kernapplicatie levert een dossier aan, zet het klaar en leest de stip: C# zonder pakketten van anderen.
//
// Gebruik: Kern ELKNUMMER DOSSIER.xml   (instellingen: KERN_REST en KERN_TOKEN, zie docs/interop.md)
// Bouwen:  .NET 8: een console-project met dit ene bestand.  Mono: mcs -r:System.Net.Http Kern.cs

using System;
using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Tasks;

public static class Kern
{
    private static readonly HttpClient Http = new HttpClient();

    /// <summary>Een antwoord van de gateway; een weigering is er ook een.</summary>
    private sealed class Antwoord
    {
        public int Status;
        public string Json;

        /// <summary>De waarde van een veld; genoeg voor een voorbeeld, voor meer is er System.Text.Json.</summary>
        public string Veld(string naam)
        {
            return Regex.Match(Json, "\"" + naam + "\":\"?([^\",}]*)").Groups[1].Value;
        }
    }

    public static int Main(string[] argumenten)
    {
        // Wie de opdracht geeft, staat in OSO-Account: OSO eist dat dat is na te gaan.
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Instelling("KERN_TOKEN"));
        Http.DefaultRequestHeaders.Add("OSO-Account", "jansen");
        Http.DefaultRequestHeaders.ExpectContinue = false;
        LeverAan(argumenten[0], File.ReadAllBytes(argumenten[1])).GetAwaiter().GetResult();
        return 0;
    }

    private static async Task LeverAan(string elkNummer, byte[] dossier)
    {
        // 1. Aanleveren: het dossier en wat er van de leerling bekend is, in één verzoek.
        Antwoord versie = await Roep(HttpMethod.Put, "/dossiers/" + elkNummer, MetContext(dossier));
        Meld("aanleveren", versie.Status.ToString());
        Meld("versie", versie.Veld("versie"));
        Meld("sha256", versie.Veld("sha256"));

        // 2. Klaarzetten loopt op de achtergrond: vraag tot het klaar is.
        var lijst = new StringContent("{\"elkNummers\":[\"" + elkNummer + "\"]}", Encoding.UTF8, "application/json");
        Antwoord opdracht = await Roep(HttpMethod.Post, "/klaarzettingen", lijst);
        string pad = "/klaarzettingen/" + opdracht.Veld("id");
        Antwoord stand = await Roep(HttpMethod.Get, pad, null);
        for (int poging = 0; stand.Veld("status") != "klaar" && poging < 100; poging++)
        {
            await Task.Delay(100);
            stand = await Roep(HttpMethod.Get, pad, null);
        }
        Meld("klaarzetten", stand.Veld("uitkomst"));

        // 3. De stip.
        Meld("stip", (await Roep(HttpMethod.Get, "/dossiers/" + elkNummer, null)).Veld("status"));

        // 4. Een weigering is problem+json: code voor programma's, melding en watNu voor mensen.
        HttpContent fout = Deel(Encoding.UTF8.GetBytes("<dossier xmlns=\"urn:onbekend\"/>"), "application/xml");
        Antwoord weigering = await Roep(HttpMethod.Put, "/dossiers/" + elkNummer, fout);
        Meld("fout", weigering.Status + " " + weigering.Veld("code"));
    }

    private static MultipartFormDataContent MetContext(byte[] dossier)
    {
        const string context =
            "{\"plaatsing\":{\"brin\":\"00YY\",\"vestigingscode\":\"00\"},\"okiDocVrijgegeven\":true}";
        var formulier = new MultipartFormDataContent();
        formulier.Add(Deel(dossier, "application/xml"), "dossier", "dossier.xml");
        formulier.Add(Deel(Encoding.UTF8.GetBytes(context), "application/json"), "context", "context.json");
        return formulier;
    }

    private static HttpContent Deel(byte[] octets, string soort)
    {
        var deel = new ByteArrayContent(octets);
        deel.Headers.ContentType = new MediaTypeHeaderValue(soort);
        return deel;
    }

    private static async Task<Antwoord> Roep(HttpMethod methode, string pad, HttpContent inhoud)
    {
        var verzoek = new HttpRequestMessage(methode, Instelling("KERN_REST") + pad) { Content = inhoud };
        using (HttpResponseMessage antwoord = await Http.SendAsync(verzoek))
        {
            string json = await antwoord.Content.ReadAsStringAsync();
            return new Antwoord { Status = (int)antwoord.StatusCode, Json = json };
        }
    }

    private static string Instelling(string naam)
    {
        return Environment.GetEnvironmentVariable(naam)
            ?? throw new InvalidOperationException("De instelling " + naam + " ontbreekt.");
    }

    private static void Meld(string naam, string waarde)
    {
        Console.WriteLine("{0,-13} {1}", naam, waarde);
    }
}
