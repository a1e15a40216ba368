using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.OperationsConsole.Asking;

/// <summary>Why a service could not be asked. Its texts are in <see cref="NoteTexts"/>; a test fails on one without both languages.</summary>
public static class ServiceNotes
{
    public static Note NoAddress(string service) => Note.Of("service.noAddress", ("service", service));

    public static Note AnswersNot(string service) => Note.Of("service.answersNot", ("service", service));

    public static Note Answered(string service, int status) => Note.Of("service.answered", ("service", service), ("status", status));

    public static Note NoAnswer(string service, double seconds) => Note.Of("service.noAnswer", ("service", service), ("seconds", Math.Round(seconds)));

    /// <param name="fault">An exception's name.</param>
    public static Note Failed(string service, string fault) => Note.Of("service.failed", ("service", service), ("fault", fault));

    public static Note ForecastTooFew(string service, int forecasts, int messages) =>
        Note.Of("service.forecastTooFew", ("service", service), ("forecasts", forecasts), ("messages", messages));
}
