using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Sandbox.Fbs;

/// <summary>
/// Made-up borrowers. Their CPR numbers are right in date and century but always fail modulus 11, which almost no number in use does: nobody real is
/// hit, and whoever wrongly checks modulus 11 refuses every claim.
/// </summary>
public sealed class SamplePeople(Random random)
{
    private static readonly int[] CprWeights = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];
    private static readonly int[] CvrWeights = [2, 7, 6, 5, 4, 3, 2];
    private static readonly string[] First =
        ["Anne", "Mette", "Kirsten", "Fatima", "Sofie", "Freja", "Ida", "Åse", "Peter", "Jens", "Lars", "Mohammed", "Søren", "Emil", "Noah", "Bjørn"];

    private static readonly string[] Last =
        ["Jensen", "Nielsen", "Hansen", "Pedersen", "Andersen", "Christensen", "Larsen", "Sørensen", "Rasmussen", "Østergaard", "Ali", "Højgaard", "Aagaard"];

    /// <summary>A person who is <paramref name="age"/> years old on the day.</summary>
    public Party Person(int age, DateOnly on) => new(Cpr: Cpr(on.AddYears(-age).AddDays(-random.Next(0, 364))), Name: Name());

    public Party Organisation() => new(Cvr: Cvr(), Name: $"{Last[random.Next(Last.Length)]} Skole & Børnehus");

    private string Name() => $"{First[random.Next(First.Length)]} {Last[random.Next(Last.Length)]}";

    private string Cpr(DateOnly born)
    {
        Span<char> cpr = stackalloc char[10];
        born.TryFormat(cpr, out _, "ddMMyy");
        do
        {
            // The seventh digit says the century: 0-3 is 19yy; 4-8 is 20yy for the years used here.
            cpr[6] = (char)('0' + (born.Year < 2000 ? random.Next(0, 4) : random.Next(4, 9)));
            for (var i = 7; i < 10; i++)
                cpr[i] = (char)('0' + random.Next(10));
        }
        while (Sum(cpr, CprWeights) % 11 == 0);

        return new string(cpr);
    }

    private string Cvr()
    {
        Span<char> cvr = stackalloc char[8];
        int check;
        do
        {
            for (var i = 0; i < 7; i++)
                cvr[i] = (char)('0' + random.Next(i == 0 ? 1 : 0, 10));
            check = (11 - (Sum(cvr[..7], CvrWeights) % 11)) % 11;
        }
        while (check == 10);

        cvr[7] = (char)('0' + check);
        return new string(cvr);
    }

    private static int Sum(ReadOnlySpan<char> digits, int[] weights)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
            sum += (digits[i] - '0') * weights[i];
        return sum;
    }
}
