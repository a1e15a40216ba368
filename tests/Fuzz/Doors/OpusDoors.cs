using System.Net.Http.Headers;
using System.Text;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Fuzz.Inputs;
using ClaimsTransfer.Fuzz.Running;
using ClaimsTransfer.KmdOpus;
using ClaimsTransfer.KmdOpus.Callback;
using ClaimsTransfer.KmdOpus.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Door = ClaimsTransfer.Fuzz.Running.Door;

namespace ClaimsTransfer.Fuzz.Doors;

/// <summary>What KMD Opus brings to the callback, and what it replies to calls: SOAP by the ØiR-shaped profile.</summary>
internal static class OpusDoors
{
    private static readonly string Receipt =
        $"<KvitteringId xmlns='{Profile.Receipts}'>{Guid.Empty}</KvitteringId><RegistreringId xmlns='{Profile.Receipts}'>{Instructions.FirstId}</RegistreringId>" +
        $"<Status xmlns='{Profile.Receipts}'>ACCEPTERET</Status><Type xmlns='{Profile.Receipts}'>FORRETNING</Type><DebitorReference xmlns='{Profile.Receipts}'>OP-77</DebitorReference>" +
        $"<Betalingsid xmlns='{Profile.Receipts}'>000000000000018</Betalingsid>";

    private static readonly string Refusal =
        $"<KvitteringId xmlns='{Profile.Receipts}'>{Guid.Empty}</KvitteringId><RegistreringId xmlns='{Profile.Receipts}'>{Instructions.SecondId}</RegistreringId>" +
        $"<Status xmlns='{Profile.Receipts}'>AFVIST</Status><Type xmlns='{Profile.Receipts}'>FORRETNING</Type><Begrundelse xmlns='{Profile.Receipts}'>Ukendt hæfter</Begrundelse>" +
        $"<FejlListe xmlns='{Profile.Receipts}'><Fejl><FejlKode>CLAIM-UNKNOWN</FejlKode><FejlTekst>Findes ikke</FejlTekst></Fejl></FejlListe>";

    private static string Receipts => $"<Forretningskvittering>{Receipt}</Forretningskvittering>\n<Forretningskvittering>{Refusal}</Forretningskvittering>";

    public static Door Callback() => new CallbackDoor(
    [
        Brought($"<Forretningskvitteringer xmlns='{Profile.Debtor}'>{Receipts}</Forretningskvitteringer>"),
        Brought($"<DaekningAfskrivning xmlns='{Profile.Debtor}'>\n{Posting("DAEKNING", "<Beloeb>70.00</Beloeb><Kanal>MobilePay</Kanal>")}\n{Posting("KONTOSTATUS", "", "<Kontostatus>AABEN</Kontostatus>")}</DaekningAfskrivning>"),
        Brought($"<DaekningAfskrivning xmlns='{Profile.Debtor}'>\n{Posting("TILBAGEFOERSEL", "<Delfordring>RENTE</Delfordring><Beloeb>2.56</Beloeb>", "<TilbagefoererPosteringId>p-0</TilbagefoererPosteringId>")}" +
            $"{Posting("AFSKRIVNING", "<Beloeb>-1.00</Beloeb>", "<Aarsag>Dødsbo</Aarsag>")}</DaekningAfskrivning>"),
    ]);

    public static Door Replies() => new OpusReplies();

    private static Input Brought(string body) => new(Envelope(body), ("path", $"{CallbackAddress.Path}/0101"), ("Content-Type", "text/xml"));

    private static Task<ServiceUnderFuzz> StartAsync(Action<WebApplicationBuilder>? then = null) => ServiceUnderFuzz.StartAsync(
        builder =>
        {
            builder.AddKmdOpus();
            then?.Invoke(builder);
        },
        app => app.MapKmdOpus(), ("Connectors:KmdOpus:CallbackUrl", "http://127.0.0.1:1"));

    private static string Envelope(string body, string header = "") => $"<e:Envelope xmlns:e='{Profile.Soap}'>{header}<e:Body>{body}</e:Body></e:Envelope>";

    private static string Posting(string art, string middle, string end = "") =>
        $"<Postering><PosteringId>p-{art}</PosteringId><Art>{art}</Art><EksternReference>DK-710100-434536</EksternReference><DebitorReference>OP-77</DebitorReference>" +
        $"<Betalingsid>000000000000018</Betalingsid>{middle}<Valoerdato>2026-11-22</Valoerdato><Bogfoert>2026-11-23T10:30:00+01:00</Bogfoert>{end}</Postering>";

    /// <summary>At the address of its own, signed in as the debtor system of København.</summary>
    private sealed class CallbackDoor(IReadOnlyList<Input> examples) : HttpDoor("opus-callback", Form.Xml, examples, () => StartAsync())
    {
        private HttpClient client = null!;

        protected override HttpClient Client => client;

        public override async Task OpenAsync()
        {
            await base.OpenAsync();
            var password = DebtorCallers.DrawPassword();
            Service.Services.GetRequiredService<DebtorCallers>().Set("opus-0101", new DebtorCaller(["0101"], DebtorCallers.HashOf(password)));
            client = new HttpClient { BaseAddress = Service.CallbackUrl, Timeout = TimeSpan.FromMinutes(5) };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"opus-0101:{password}")));
        }

        public override async ValueTask DisposeAsync()
        {
            client?.Dispose();
            await base.DisposeAsync();
        }
    }

    private sealed class OpusReplies() : Door("opus-replies", Form.Xml)
    {
        private readonly StandInReplies replies = new();
        private ServiceUnderFuzz service = null!;
        private OpusConnector connector = null!;

        public override IReadOnlyList<Input> Examples { get; } =
        [
            Reply("submit", $"<DebitorRegistreringSvar xmlns='{Profile.Debtor}'>{Svar(Instructions.FirstId, "OK")}{Svar(Instructions.SecondId, "FEJL")}</DebitorRegistreringSvar>"),
            Reply("submit", Profile.Fault("Server", "Prøv igen").Element(Profile.Soap + "Body")!.FirstNode!.ToString()),
            Reply("find", $"<DebitorForespoergselSvar xmlns='{Profile.Debtor}'><Svar><RegistreringId>{Instructions.FirstId}</RegistreringId><Forretningskvittering>{Receipt}</Forretningskvittering></Svar>" +
                $"<Svar><RegistreringId>{Instructions.SecondId}</RegistreringId><Ukendt/></Svar></DebitorForespoergselSvar>"),
            Reply("list", $"<DebitorUdtraekSvar xmlns='{Profile.Debtor}'>{Konto(1)}{Konto(2)}<Flere>false</Flere></DebitorUdtraekSvar>"),
            new Input(Envelope($"<DebitorRegistreringSvar xmlns='{Profile.Debtor}'/>",
                $"<e:Header><SvarReaktion xmlns='{Profile.Context}'><Fejl><FejlId>UTILGAENGELIG</FejlId><FejlTekst>Se driftsstatus.</FejlTekst></Fejl></SvarReaktion></e:Header>"), ("call", "submit")),
        ];

        protected override IReadOnlyList<(string Name, string?[] Values)> Variants => [("call", ["submit", "submit one", "find", "find one", "list"]), .. StandInReplies.Variants];

        public override async Task OpenAsync()
        {
            service = await StartAsync(builder => replies.Answer(builder.Services, OpusCalls.Client));
            connector = ActivatorUtilities.CreateInstance<OpusConnector>(service.Services, new HastyTime());
        }

        public override async Task<Answer> TakeAsync(Input input)
        {
            replies.Reply = input;
            var system = Instructions.System("0101");
            var asked = input["call"].EndsWith("one", StringComparison.Ordinal) ? Instructions.Two[..1] : Instructions.Two;
            switch (input["call"].Split(' ')[0])
            {
                case "find":
                    return Instructions.Of(await connector.FindAsync(system, asked, CancellationToken.None));
                case "list":
                    return await Listed.AllAsync(connector.ExtractAsync(system, CancellationToken.None));
                default:
                    return Instructions.Of(await connector.SubmitAsync(system, asked, CancellationToken.None));
            }
        }

        public override string? LeakInLog() => service.TakeLeak();

        public override ValueTask DisposeAsync() => service.DisposeAsync();

        private static Input Reply(string call, string body) => new(Envelope(body), ("call", call));

        private static string Svar(Guid id, string status) => $"<Svar><RegistreringId>{id}</RegistreringId><Transportkvittering><KvitteringId xmlns='{Profile.Receipts}'>{id}</KvitteringId>" +
            $"<Status xmlns='{Profile.Receipts}'>{status}</Status></Transportkvittering></Svar>";

        private static string Konto(int number) => $"<Konto><EksternReference>DK-710100-{number}</EksternReference><Beloeb>70.00</Beloeb><Daekket>20.50</Daekket><Afskrevet>-10.01</Afskrevet>" +
            "<Status>AKTIV</Status><Bogfoeringer>1</Bogfoeringer><Aendret>2026-11-23T10:30:00+01:00</Aendret></Konto>";
    }
}
