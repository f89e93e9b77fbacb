package org.gpumediator.examples.kvmvmm.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import java.util.Optional;
import org.gpumediator.examples.kvmvmm.kvm.Kvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExtensionContext;

final class KvmExtensionTest {

    private static ConditionEvaluationResult evaluate(KvmExtension extension) {
        return extension.evaluateExecutionCondition(mock(ExtensionContext.class));
    }

    @Test
    void withoutKvm_testsAreSkipped_withTheReason() {
        ConditionEvaluationResult result =
                evaluate(new KvmExtension(() -> Optional.of("/dev/kvm is not there")));

        assertThat(result.isDisabled()).isTrue();
        assertThat(result.getReason()).contains("/dev/kvm is not there");
    }

    @Test
    void withKvm_testsRun() {
        assertThat(evaluate(new KvmExtension(Optional::empty)).isDisabled()).isFalse();
    }

    @Test
    void onThisMachine_itSaysWhatOpeningSays() {
        assertThat(evaluate(new KvmExtension()).isDisabled()).isEqualTo(Kvm.obstacle().isPresent());
    }
}
