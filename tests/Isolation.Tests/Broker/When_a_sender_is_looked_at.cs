using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Isolation.Tests.Broker;

public sealed class When_a_sender_is_looked_at
{
    private const string Odense = "0461";
    private static readonly Guid Claim = DeterministicId.OfClaim("DK-746100", 1);
    private static readonly CoverageRegistered Coverage = new(
        DeterministicId.Of(Claim, "entry/E-1"), DateTimeOffset.UnixEpoch, Claim, Odense, "DK-746100", 1, 1, "E-1", 7000, null, new DateOnly(2026, 11, 22));

    private static readonly DebtorEntryUnmatched Unmatched = new(
        Guid.NewGuid(), DateTimeOffset.UnixEpoch, Odense, "E-2", DebtorEntryKind.Coverage, 7000, new DateOnly(2026, 11, 22), null, null, null, null, null, null, null, false);

    [TestCase("vendor-prisme", null)]
    [TestCase("vendor-kmdopus", RefusalReason.OtherMunicipality)]
    [TestCase("vendor-unheard-of", RefusalReason.UnknownSender)]
    [TestCase("payments", null)]
    [TestCase("console", null)]
    [TestCase("fbs", RefusalReason.UnknownSender)]
    [TestCase("sandbox", RefusalReason.UnknownSender)]
    [TestCase("claims", RefusalReason.UnknownSender)]
    [TestCase("nobody", RefusalReason.NoSender)]
    [TestCase(null, RefusalReason.NoSender)]
    public void where_each_has_a_user_a_reply_is_believed_from_its_vendor_and_from_us(string? sender, RefusalReason? reason) =>
        (Refusal(Of(Coverage, sender), isRequired: true)?.Reason).ShouldBe(reason);

    [TestCase("vendor-prisme", true)]
    [TestCase("vendor-kmdopus", false)]
    [TestCase("claims", true)]
    [TestCase("nobody", true)]
    [TestCase(null, true)]
    public void where_they_have_not_only_a_vendor_is_held_to_what_is_its_own(string? sender, bool believed) =>
        (Refusal(Of(Coverage, sender), isRequired: false) is null).ShouldBe(believed);

    [Test]
    public void an_entry_that_names_no_claim_is_for_its_municipality_alone()
    {
        Refusal(Of(Unmatched, "vendor-prisme")).ShouldBeNull();
        Refusal(Of(Unmatched, "vendor-kmdopus"))!.Reason.ShouldBe(RefusalReason.OtherMunicipality);
    }

    [Test]
    public void a_claim_must_be_the_municipalitys()
    {
        var other = DeterministicId.OfClaim("DK-710100", 1);

        Refusal(Of(Coverage with { ClaimId = other, MessageId = DeterministicId.Of(other, "entry/E-1") }, "vendor-prisme"))!.Reason.ShouldBe(RefusalReason.OtherClaim);
        Refusal(Of(Coverage with { ClaimId = other, Agency = "DK-710100", MessageId = DeterministicId.Of(other, "entry/E-1") }, "vendor-prisme"))!.Reason.ShouldBe(RefusalReason.OtherClaim);
        Refusal(Of(Coverage with { FeeId = 2 }, "vendor-prisme"))!.Reason.ShouldBe(RefusalReason.OtherClaim);
    }

    [Test]
    public void an_entry_must_have_the_id_that_is_its_own() =>
        Refusal(Of(Coverage with { MessageId = DeterministicId.Of(Claim, "entry/E-9") }, "vendor-prisme"))!.Reason.ShouldBe(RefusalReason.OtherMessage);

    [Test]
    public void a_vendor_says_nothing_but_replies() =>
        Refusal(Of(Coverage, "vendor-prisme") with { Name = MessageNames.ClaimTransferred })!.Reason.ShouldBe(RefusalReason.NotAReply);

    [Test]
    public void what_our_own_services_say_to_each_other_needs_no_vendor() =>
        Refusal(Of(Coverage, null) with { Name = MessageNames.ClaimTransferred }).ShouldBeNull();

    [Test]
    public void a_municipality_that_is_none_is_not_repeated()
    {
        var refusal = Refusal(Of(Unmatched with { Municipality = "0101011234" }, "vendor-prisme"))!;

        refusal.Municipality.ShouldBeEmpty();
        refusal.Text.ShouldNotContain("0101011234");
    }

    [Test]
    public void the_municipality_that_counts_is_the_one_that_is_read()
    {
        var twice = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Of(Coverage, null).Body.Span).Replace("\"municipality\":\"0461\"", "\"municipality\":\"0461\",\"municipality\":\"0101\"", StringComparison.Ordinal));

        Refusal(Of(Coverage, "vendor-prisme") with { Body = twice })!.Reason.ShouldBe(RefusalReason.OtherMunicipality);
    }

    private static SenderRefusal? Refusal(Delivery delivery, bool isRequired = true) =>
        new SenderRules(MunicipalityFile.Parse(IsolatedBroker.MunicipalitiesText, "test").OrThrow(), isRequired, Read).RefusalOf(delivery);

    private static IMessage Read(Delivery delivery) => delivery.Name == MessageNames.DebtorEntryUnmatched
        ? JsonSerializer.Deserialize(delivery.Body.Span, MessageJson.Default.DebtorEntryUnmatched)!
        : JsonSerializer.Deserialize(delivery.Body.Span, MessageJson.Default.CoverageRegistered)!;

    private static Delivery Of(CoverageRegistered message, string? sender) => Of(MessageNames.CoverageRegistered, message, MessageJson.Default.CoverageRegistered, sender);

    private static Delivery Of(DebtorEntryUnmatched message, string? sender) => Of(MessageNames.DebtorEntryUnmatched, message, MessageJson.Default.DebtorEntryUnmatched, sender);

    private static Delivery Of<T>(string name, T message, JsonTypeInfo<T> type, string? sender)
        where T : IMessage => new(name, message.MessageId.ToString(), JsonSerializer.SerializeToUtf8Bytes(message, type)) { Sender = sender };
}
