using System.Reflection;
using System.Runtime.ExceptionServices;
using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.Journeys.Running;

/// <summary>Whatever a service uses, until the gate is closed: from then on no call comes back, until it is opened again.</summary>
internal sealed class Gate
{
    private volatile TaskCompletionSource _open = Opened();

    public Task WaitAsync() => _open.Task;

    public void Close() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => _open.TrySetResult();

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }
}

/// <summary>Passes every call on; what answers later waits at the gate first.</summary>
#pragma warning disable MA0053 // The runtime derives from it.
internal class Hanging<T> : DispatchProxy
#pragma warning restore MA0053
    where T : class
{
    private static readonly MethodInfo Later = typeof(Hanging<T>).GetMethod(nameof(LaterAsync), BindingFlags.NonPublic | BindingFlags.Instance)!;
    private T _inner = null!;
    private Gate _gate = null!;

    public static T Behind(Gate gate, T inner)
    {
        var proxy = Create<T, Hanging<T>>();
        ((Hanging<T>)(object)proxy)._inner = inner;
        ((Hanging<T>)(object)proxy)._gate = gate;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var returns = targetMethod!.ReturnType;
        if (returns == typeof(Task))
            return DoneAsync(targetMethod, args);
        if (returns.IsGenericType && returns.GetGenericTypeDefinition() == typeof(Task<>))
            return Later.MakeGenericMethod(returns.GenericTypeArguments).Invoke(this, [targetMethod, args]);
        var answer = Now(targetMethod, args);
        return answer is IStore store ? Hanging<IStore>.Behind(_gate, store) : answer;
    }

    private async Task DoneAsync(MethodInfo method, object?[]? args)
    {
        await _gate.WaitAsync();
        await (Task)Now(method, args)!;
    }

    private async Task<TAnswer> LaterAsync<TAnswer>(MethodInfo method, object?[]? args)
    {
        await _gate.WaitAsync();
        return await (Task<TAnswer>)Now(method, args)!;
    }

    private object? Now(MethodInfo method, object?[]? args)
    {
        try
        {
            return method.Invoke(_inner, args);
        }
        catch (TargetInvocationException failure) when (failure.InnerException is { } own)
        {
            ExceptionDispatchInfo.Throw(own);
            throw;
        }
    }
}
