namespace ClaimsTransfer.Journeys.Running;

/// <summary>The snippets of README.md, which are what a stranger types.</summary>
internal static class Readme
{
    /// <summary>The code block after <c>&lt;!-- run: NAME --&gt;</c>.</summary>
    public static string Snippet(string name)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var parts = text.Split($"<!-- run: {name} -->\n```bash\n");
        if (parts.Length != 2)
            throw new InvalidOperationException($"README.md has {parts.Length - 1} snippets '{name}'.");
        return parts[1].Split("\n```")[0];
    }
}
