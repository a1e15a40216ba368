using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace ClaimsTransfer.Cli.Running;

/// <summary>The console could not be reached, or is not ready: it may be in a moment.</summary>
public sealed class ConsoleAway(string tried, string toDo) : CommandFailure(tried, toDo);

/// <summary>The console answered no.</summary>
/// <param name="status">Its HTTP status.</param>
/// <param name="detail">Why, as it says; null: whoever answered said nothing that a console says.</param>
public sealed class ConsoleRefusal(int status, string? detail, string tried, string toDo) : CommandFailure(tried, toDo)
{
    public int Status => status;

    public string? Detail => detail;
}

/// <summary>The console's HTTP API, <c>/console/api</c>, as one person calls it.</summary>
public sealed class ConsoleApi(RunningSystem system, string token, string who)
{
    /// <summary>Null: there is none (404).</summary>
    public async Task<T?> GetAsync<T>(string path, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return await SendAsync<T>(HttpMethod.Get, path, null, cancellation);
        }
        catch (ConsoleRefusal none) when (none.Status == 404)
        {
            return null;
        }
    }

    /// <exception cref="ConsoleRefusal">It was not done, and why.</exception>
    public Task<T> PostAsync<T>(string path, object body, CancellationToken cancellation)
        where T : class => SendAsync<T>(HttpMethod.Post, path, body, cancellation);

    /// <summary>Has it done through the console, so that it stands in the audit log too.</summary>
    /// <param name="straight">What is done instead where the console cannot be reached, for the person.</param>
    /// <param name="notTaken">What the person is told when the console refuses.</param>
    /// <returns>False: no console is there that takes it.</returns>
    public async Task<bool> TryPostAsync(string path, object body, string straight, Func<ConsoleRefusal, CommandFailure> notTaken, CancellationToken cancellation)
    {
        try
        {
            await PostAsync<JsonDocument>(path, body, cancellation);
            return true;
        }
        catch (ConsoleAway away)
        {
            await Console.Error.WriteLineAsync($"{away.Tried} {straight}");
            return false;
        }
        catch (ConsoleRefusal refusal) when (refusal is { Status: 404, Detail: null })
        {
            // Not a console, or one that has no such action.
            return false;
        }
        catch (ConsoleRefusal refusal) when (refusal.Status is not (401 or 403))
        {
            throw notTaken(refusal);
        }
    }

    private async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellation)
        where T : class
    {
        var address = AddressOf(path);
        try
        {
            using var request = new HttpRequestMessage(method, address);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            request.Headers.Add("X-Claims-Who", Uri.EscapeDataString(who));
            if (body is not null)
                request.Content = JsonContent.Create(body, options: JsonSerializerOptions.Web);
            using var response = await system.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!response.IsSuccessStatusCode)
                throw Failure((int)response.StatusCode, await DetailAsync(response, cancellation), address);
            return await response.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, cancellation)
                ?? throw new CommandFailure($"The console's answer to {address.AbsolutePath} is empty.", "Is it of the same version? deploy/claims doctor");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ConsoleAway($"The console did not answer {address.AbsolutePath} within {system.Http.Timeout.TotalMinutes:0} minutes.", "Its log says why: DATA/logs/console.log. deploy/claims doctor looks further.");
        }
        catch (JsonException)
        {
            throw new CommandFailure($"The console's answer to {address.AbsolutePath} could not be read.", $"Is {address.GetLeftPart(UriPartial.Authority)} the console, and of the same version? deploy/claims doctor");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            var why = failure is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown and var error } ? $"{error}" : failure.GetType().Name;
            throw new ConsoleAway($"The console could not be reached at {address.GetLeftPart(UriPartial.Authority)} ({why}).", $"Is it running? {system.Where} is where its address was found; deploy/claims doctor looks further.");
        }
    }

    private Uri AddressOf(string path)
    {
        try
        {
            return new Uri($"{system.ConsoleUrl ?? throw new ConsoleAway($"No console runs in {system.Where}.", "deploy/claims doctor shows what runs.")}/console/api{path}");
        }
        catch (CommandFailure gone) when (gone is not ConsoleAway)
        {
            // The system was found when the command began: it is being started again.
            throw new ConsoleAway(gone.Tried, "Is it being started again? deploy/claims doctor looks further.");
        }
    }

    private static CommandFailure Failure(int status, string? detail, Uri address) => status switch
    {
        401 => new ConsoleRefusal(
            status, detail, $"The console at {address.GetLeftPart(UriPartial.Authority)} does not take the token.",
            $"It is in DATA/console/token of that console, and changes when that file is removed. Is --data the right folder, or {ConsoleAccess.TokenVariable} the right token?"),
        403 => new ConsoleRefusal(status, detail, detail ?? "The console does not allow it.", "It takes another role: ask whoever administers the console."),
        404 => new ConsoleRefusal(status, detail, detail ?? $"The console has no {address.AbsolutePath}.", detail is null ? "Is it of the same version? deploy/claims doctor" : "Is the id right?"),
        429 or 502 or 504 or 503 when detail is null || status == 429 => new ConsoleAway($"The console is not ready ({status}).", "Try again in a minute; its log is DATA/logs/console.log."),
        503 => new CommandFailure(detail!, "The console is there, the service that it asks is not: deploy/claims doctor"),
        >= 500 => new CommandFailure($"The console answered {address.AbsolutePath} with {status}. {detail}".TrimEnd(), "Its log says why: DATA/logs/console.log. Are broker and store reachable? deploy/claims doctor"),
        _ => new ConsoleRefusal(status, detail, $"The console refused: {detail ?? $"{address.AbsolutePath} answered {status}"}", "Nothing was changed."),
    };

    /// <summary>What a problem says, in a line; null: it is none.</summary>
    public static async Task<string?> DetailAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
            return null;
        using var problem = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellation), cancellationToken: cancellation);
        foreach (var name in (string[])["detail", "title"])
        {
            if (problem.RootElement.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String)
                return Shown.Line(text.GetString());
        }

        return null;
    }
}
