"""Jobs of the register of subsidised training: send a message, outside any transaction, until it is answered."""

from domain.ports.training_register import TrainingRegister
from jobs.run import Handler, JobRun
from service.application.register_message import message_to_send, sent_to


class RegisterUnanswered(Exception):
    """The register was away, or took the message without an answer: the job is tried again later."""


def send_through(register: TrainingRegister) -> Handler:
    """Make the handler that sends one message; every attempt is counted on it."""

    async def send(run: JobRun) -> None:
        async with run.begin() as work:
            found = await message_to_send(work, message_id=run.job.ref)
            if found is None:
                await run.finish(work)
                return
            await run.advance(work, "sending")
        message, people = found
        try:
            reply, duplicates = await sent_to(register, message, people)
        except OSError as error:
            async with run.begin() as work:
                await work.register_messages.tried(message)
                await run.advance(work, "away")
            raise RegisterUnanswered from error
        async with run.begin() as work:
            await work.register_messages.answered(message, reply, duplicates)
            if reply is not None:
                await run.finish(work)
                return
            await run.advance(work, "sent")
        raise RegisterUnanswered

    return send
