"""Questions in a row, declared: asked one by one, resumable, changeable, with a way back and out at each step."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from bot import menu
from bot.router import Router
from bot.turn import Turn

Answers: TypeAlias = dict[str, Any]


class Unclear(Exception):
    """What was answered does not fit. `key` is the text that says, kindly, what is expected instead."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


@dataclass(frozen=True, slots=True)
class Step:
    """One question. `ask` says it (buttons carry "form.step:value"); `read` turns a typed text or a button's value
    into the answer (JSON) or raises Unclear; `skip` leaves the step out, given the answers so far."""

    name: str
    ask: Callable[[Turn, Answers], None]
    read: Callable[[Turn, str], Any]
    skip: Callable[[Answers], bool] = lambda answers: False
    free: bool = False
    numeric: bool = False


class Form:
    """A form on top of turn and router: `begin` asks the first open question, `done` gets all answers at the end.

    The answers live in the conversation's data, so a form survives a restart and waits for days. Typing a question
    of law in the middle is answered and the step repeated; in a free step it is taken as text, with a button that
    says "this is a question".
    """

    def __init__(
        self, name: str, steps: list[Step], done: Callable[[Turn, Answers], Awaitable[None]], router: Router
    ) -> None:
        self.name, self._done, self._router = name, done, router
        self._steps = {step.name: step for step in steps}
        for step in steps:
            again = partial(self._ask, step=step)
            taking = partial(self._answered, step=step)
            router.answer(self.state(step), again, self._back, step.free, step.numeric)(taking)
            router.button(self.state(step))(partial(self._pressed, step=step))
        router.button(f"{name}.asked")(self._was_a_question)

    def state(self, step: Step) -> str:
        """The conversation's state while `step` is awaited; also the prefix of its buttons."""
        return f"{self.name}.{step.name}"

    def active(self, turn: Turn) -> bool:
        """Whether the conversation is in this form."""
        return turn.chat.state.partition(".")[0] == self.name

    def answers(self, turn: Turn) -> Answers:
        """The answers given so far; they may be filled in before `begin`."""
        answers: Answers = turn.data.setdefault(self.name, {})
        return answers

    async def begin(self, turn: Turn) -> None:
        """Asks the first question that has no answer yet, or ends the form when there is none."""
        answers = self.answers(turn)
        for step in self._steps.values():
            if step.name not in answers and not step.skip(answers):
                await self._ask(turn, step=step)
                return
        turn.chat.state = ""
        turn.data.pop(self.name, None)
        await self._done(turn, answers)

    async def ask(self, turn: Turn, name: str) -> None:
        """Asks the step called `name` (again); its old answer counts until there is a new one."""
        await self._ask(turn, step=self._steps[name])

    async def _ask(self, turn: Turn, step: Step) -> None:
        turn.expect(self.state(step))
        step.ask(turn, self.answers(turn))

    async def _answered(self, turn: Turn, step: Step) -> None:
        if turn.incoming.kind != "text" or not turn.incoming.text:
            turn.say(turn.t("form.need_text"))
            await self._ask(turn, step=step)
            return
        await self._take(turn, step, turn.incoming.text)
        if step.free and self._root_question(turn):
            turn.add_buttons(turn.button("form.is_question", f"{self.name}.asked:{step.name}"))

    async def _pressed(self, turn: Turn, step: Step) -> None:
        """A tap counts at its own step, and on an earlier one as a change of that answer."""
        if str(turn.data.get(menu.PAUSED, "")).startswith(f"{self.name}."):
            menu.resume(turn)  # a tap on a form that was put aside goes on with it
        if not self.active(turn):
            turn.say(turn.t("form.over"))
            return
        if turn.chat.state != self.state(step) and step.name not in self.answers(turn):
            turn.say(turn.t("form.not_yet"))
            if turn.again is not None:
                await turn.again(turn)
            return
        await self._take(turn, step, turn.value)

    async def _take(self, turn: Turn, step: Step, value: str) -> None:
        try:
            answer = step.read(turn, value)
        except Unclear as unclear:
            turn.say(turn.t(unclear.key, **unclear.values))
            await self._ask(turn, step=step)
            return
        if turn.chat.state.startswith(f"{self.name}."):  # `read` may have ended the form
            self.answers(turn)[step.name] = answer
            await self.begin(turn)

    async def _back(self, turn: Turn) -> None:
        answers = self.answers(turn)
        names = list(self._steps)
        at = names.index(turn.chat.state.partition(".")[2])
        for name in reversed(names[:at]):
            if name in answers:
                del answers[name]
                await self.ask(turn, name)
                return
        turn.say(turn.t("form.first_step"))
        await self.ask(turn, names[at])

    def _root_question(self, turn: Turn) -> bool:
        return self._router.root().is_question(turn.incoming.text)

    async def _was_a_question(self, turn: Turn) -> None:
        """The text of a free step was meant as a question: it is answered and the step asked again."""
        step = self._steps.get(turn.value)
        text = self.answers(turn).pop(turn.value, "") if self.active(turn) else ""
        on_question = self._router.root().on_question
        if step is None or not text or on_question is None:
            turn.say(turn.t("form.over"))
            return
        turn.asked = str(text)
        await on_question(turn)
        await self._ask(turn, step=step)
