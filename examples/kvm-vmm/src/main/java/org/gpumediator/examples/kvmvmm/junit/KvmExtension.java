package org.gpumediator.examples.kvmvmm.junit;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.gpumediator.examples.kvmvmm.kvm.Kvm;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Does what {@link RequiresKvm} says. */
public final class KvmExtension implements ExecutionCondition, ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(KvmExtension.class);

    private final Supplier<Optional<String>> obstacle;

    /** Creates one for this machine's KVM. */
    public KvmExtension() {
        this(Kvm::obstacle);
    }

    KvmExtension(Supplier<Optional<String>> obstacle) {
        this.obstacle = obstacle;
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return obstacle.get()
                .map(ConditionEvaluationResult::disabled)
                .orElseGet(() -> ConditionEvaluationResult.enabled("/dev/kvm can be opened"));
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Kvm.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        try {
            Kvm kvm = Kvm.open();
            context.getStore(NAMESPACE).put(kvm, kvm);
            return kvm;
        } catch (IOException gone) {
            throw new ParameterResolutionException(String.valueOf(gone.getMessage()), gone);
        }
    }
}
