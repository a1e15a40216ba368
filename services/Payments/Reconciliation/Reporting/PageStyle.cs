namespace ClaimsTransfer.Payments.Reconciliation.Reporting;

/// <summary>How the page looks, on a screen and on A4.</summary>
internal static class PageStyle
{
    public const string Css =
        """
        @page { size: A4 portrait; margin: 14mm 12mm 16mm; }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 66rem; padding: 2rem 1.5rem; background: #fff; color: #1c2733; font: 15px/1.45 "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
        header { border-bottom: 3px solid #17406d; padding-bottom: .8rem; margin-bottom: 1.2rem; }
        .kind { margin: 0; color: #17406d; font-weight: 600; }
        h1 { margin: .1rem 0 .2rem; font-size: 2em; line-height: 1.15; }
        .when { margin: 0; color: #52606d; }
        h2 { margin: 1.8rem 0 .5rem; font-size: 1.3em; color: #17406d; }
        h3 { margin: 1.6rem 0 .2rem; font-size: 1.07em; }
        .count { display: inline-block; min-width: 1.7em; margin-left: .3em; padding: 0 .5em; border: 1px solid #9fb3c8; border-radius: 1em; font-size: .87em; text-align: center; color: #334e68; }
        p { margin: .2rem 0 .6rem; }
        .verdict { margin: 0 0 1rem; padding: .7rem 1rem; border-left: 5px solid; }
        .verdict p { margin: .3rem 0 0; }
        .agrees { border-color: #1f7a4d; background: #e9f6ef; }
        .differs { border-color: #b7791f; background: #fdf5e4; }
        .failed { border-color: #b42318; background: #fdecea; }
        .note { color: #52606d; font-size: .92em; }
        table { border-collapse: collapse; width: 100%; }
        th, td { padding: .32rem .5rem; border-bottom: 1px solid #d9e2ec; text-align: left; vertical-align: top; }
        thead th { border-bottom: 2px solid #829ab1; color: #334e68; font-size: .87em; vertical-align: bottom; }
        tbody th { font-weight: 600; }
        .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        thead .number { white-space: normal; }
        .ledgers td, .ledgers tbody th { font-size: 1.07em; }
        .causes { width: auto; min-width: 20em; }
        .causes th, .causes td { font-weight: 400; }
        .lines { font-size: .87em; table-layout: fixed; }
        .lines th:nth-child(1) { width: 13%; }
        .lines th:nth-child(2) { width: 12%; }
        .lines thead th:last-child { width: 20%; }
        .lines tbody th { font-weight: 400; overflow-wrap: anywhere; }
        .lines .action th { padding-top: .7em; font-weight: 600; background: #f5f8fb; }
        .date { white-space: nowrap; }
        .safe, .done { display: inline-block; padding: 0 .4em; border-radius: .25em; font-size: .92em; }
        .safe { background: #e3effb; color: #17406d; }
        .done { background: #e9f6ef; color: #1f7a4d; }
        footer { margin-top: 2rem; padding-top: .6rem; border-top: 1px solid #d9e2ec; color: #52606d; font-size: .87em; }
        @media print {
          body { max-width: none; padding: 0; font-size: 9.5pt; }
          thead { display: table-header-group; }
          tr, .verdict, .ledgers, .causes { break-inside: avoid; }
          .action { break-after: avoid; }
          footer { break-before: avoid; }
          h2, h3, h3 + p { break-after: avoid; }
          .verdict, .safe, .done { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
        }
        """;
}
